import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { root } from "./tree.ts";

/** What one entry of the package `aquatint` exports. */
export interface Entry {
  /** "aquatint" or "aquatint/nn". */
  readonly name: string;
  /** Path of its file. */
  readonly source: string;
  readonly values: readonly string[];
  readonly types: readonly string[];
}

const packageFolder = join(root, "packages/aquatint");

/** Scripts of workers, which a bundler names and nobody imports. */
const isWorker = (entry: string): boolean => /\/worker[-.]/.test(entry);

/** The source of each entry by its public name, from `exports` of package.json. */
function entrySources(): ReadonlyMap<string, string> {
  const { exports } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8"));
  const built = Object.entries<string>(exports).filter(
    ([entry, file]) => file.startsWith("./dist/") && !isWorker(entry),
  );
  return new Map(
    built.map(([entry, file]) => [
      `aquatint${entry.slice(1)}`,
      join(packageFolder, file.replace("./dist/", "src/").replace(/\.js$/, ".ts")),
    ]),
  );
}

/** The declarations of the sources as a program of their own: inferred types are written out there. */
function declarations(files: readonly string[]): ts.Program {
  const config = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile).config;
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: ["x.ts"] }, ts.sys, root);
  const settings: ts.CompilerOptions = {
    ...options,
    ...{ incremental: false, noEmit: false, declaration: true, emitDeclarationOnly: true, noCheck: true },
  };
  delete settings.tsBuildInfoFile;
  const emitted = new Map<string, string>();
  ts.createProgram([...files], settings).emit(undefined, (path, text) => emitted.set(path, text));
  const host = ts.createCompilerHost(settings);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (path, ...rest) => {
    const text = emitted.get(path);
    return text === undefined
      ? getSourceFile.call(host, path, ...rest)
      : ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  };
  const isSource = (path: string) => path.startsWith(`${packageFolder}/src/`) && !path.endsWith(".d.ts");
  host.fileExists = (path) => emitted.has(path) || (!isSource(path) && fileExists.call(host, path));
  host.readFile = (path) => emitted.get(path) ?? readFile.call(host, path);
  return ts.createProgram(files.map(declarationFile), { ...settings, noEmit: true }, host);
}

const declarationFile = (path: string): string => path.replace(/\.ts$/, ".d.ts");

/** What every entry exports, and each type of the package that a public declaration uses and that no entry exports. */
export function publicApi(): { readonly entries: readonly Entry[]; readonly unnamed: readonly string[] } {
  const entrySource = entrySources();
  const program = declarations([...entrySource.values()]);
  const checker = program.getTypeChecker();
  const resolved = (symbol: ts.Symbol) =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const exportsOf = (symbol: ts.Symbol) => checker.getExportsOfModule(symbol);
  const modules = new Map(
    [...entrySource].map(([name, path]) => [
      name,
      exportsOf(checker.getSymbolAtLocation(program.getSourceFile(declarationFile(path))!)!),
    ]),
  );
  const exported = new Set<ts.Symbol>();
  const name = (symbol: ts.Symbol) => {
    if (exported.has(symbol)) return;
    exported.add(symbol);
    if (symbol.flags & ts.SymbolFlags.ValueModule) for (const inner of exportsOf(symbol)) name(resolved(inner));
  };
  for (const symbols of modules.values()) for (const symbol of symbols) name(resolved(symbol));
  const unnamed = [...exported].flatMap((symbol) =>
    (symbol.declarations ?? []).flatMap((declaration) =>
      usedTypes(declaration, checker)
        .map(resolved)
        .filter((type) => isType(type) && isOfPackage(type) && !exported.has(type))
        .map((type) => `${type.name} in ${symbol.name} (${pathOf(declaration)})`),
    ),
  );
  const entries = [...modules].map(([entry, symbols]) => {
    const isValue = (symbol: ts.Symbol) => (resolved(symbol).flags & ts.SymbolFlags.Value) !== 0;
    const names = (list: readonly ts.Symbol[]) => list.map((symbol) => symbol.name).sort();
    return {
      name: entry,
      source: entrySource.get(entry)!,
      values: names(symbols.filter(isValue)),
      types: names(symbols.filter((symbol) => !isValue(symbol))),
    };
  });
  return { entries, unnamed: [...new Set(unnamed)].sort() };
}

const pathOf = (node: ts.Node): string =>
  node
    .getSourceFile()
    .fileName.slice(`${packageFolder}/src/`.length)
    .replace(/\.d\.ts$/, ".ts");

/** A type by itself: `typeof value` needs none. */
const isType = ({ flags }: ts.Symbol): boolean => (flags & ts.SymbolFlags.Type) !== 0;

/** Declared at the top of one of the package's files: neither a type parameter nor a member. */
function isOfPackage(symbol: ts.Symbol): boolean {
  const declaration = symbol.declarations?.[0];
  if (!declaration?.getSourceFile().fileName.startsWith(`${packageFolder}/src/`)) return false;
  if (ts.isSourceFile(declaration)) return false;
  const scope = ts.isVariableDeclaration(declaration) ? declaration.parent.parent.parent : declaration.parent;
  return ts.isSourceFile(scope);
}

/** Every symbol that a declaration names in its types. */
function usedTypes(declaration: ts.Declaration, checker: ts.TypeChecker): ts.Symbol[] {
  const types: ts.Symbol[] = [];
  const visit = (node: ts.Node) => {
    const reference = referenceIn(node);
    const symbol = reference && checker.getSymbolAtLocation(reference);
    if (symbol) types.push(symbol);
    ts.forEachChild(node, visit);
  };
  if (!ts.isSourceFile(declaration)) visit(declaration);
  return types;
}

function referenceIn(node: ts.Node): ts.Node | undefined {
  if (ts.isTypeReferenceNode(node)) return node.typeName;
  if (ts.isExpressionWithTypeArguments(node)) return node.expression;
  if (ts.isTypeQueryNode(node)) return node.exprName;
  if (ts.isImportTypeNode(node)) return node.qualifier;
  return undefined;
}
