import { readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import ts from "typescript";
import { filesUnder, packageFolder, root } from "./tree.ts";

/** One import, export-from, dynamic import or import type. */
export interface Import {
  /** A file of the same package as its path from src, or a package or `node:` name as it is written. */
  readonly target: string;
  readonly relative: boolean;
  /** Gone when the types are. */
  readonly typeOnly: boolean;
  /** Loaded where the code comes to it, `import("…")`. */
  readonly late: boolean;
}

/** What the architecture tests ask of one source file of a package. */
export interface Source {
  /** Path from src: "graph/emit.ts". */
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** Every function with a body: its name, or that of what it is assigned to, and its lines. */
  readonly functions: readonly { readonly name: string; readonly lines: number }[];
  readonly undocumented: readonly string[];
}

const parsed = new Map<string, readonly Source[]>();

/** The TypeScript files of a package, in its src, that are neither tests nor cases of tests. */
export function sources(name: string): readonly Source[] {
  const cached = parsed.get(name);
  if (cached) return cached;
  const folder = `${packageFolder(name)}/src`;
  const list = filesUnder(folder)
    .filter((path) => path.endsWith(".ts") && !/\.(test|test-d|cases)\.ts$/.test(path))
    .map((path) => parse(folder, path.slice(folder.length + 1)));
  parsed.set(name, list);
  return list;
}

function parse(folder: string, path: string): Source {
  const text = readFileSync(join(root, folder, path), "utf8");
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const nodes = [...descendants(file)];
  return {
    path,
    lines: text.trimEnd().split("\n").length,
    imports: nodes.flatMap((node) => importOf(node, path)),
    functions: nodes
      .filter((node) => ts.isFunctionLike(node) && "body" in node && node.body !== undefined)
      .map((node) => ({ name: nameOf(node), lines: lineSpan(node, file) })),
    undocumented: file.statements.flatMap(undocumentedIn),
  };
}

function* descendants(node: ts.Node): Generator<ts.Node> {
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => {
    children.push(child);
  });
  yield node;
  for (const child of children) yield* descendants(child);
}

function importOf(node: ts.Node, path: string): Import[] {
  const [specifier, typeOnly] = specifierOf(node);
  if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return [];
  const relative = specifier.text.startsWith(".");
  return [
    {
      target: relative ? join(dirname(path), specifier.text) : specifier.text,
      relative,
      typeOnly,
      late: ts.isCallExpression(node),
    },
  ];
}

function specifierOf(node: ts.Node): [specifier: ts.Node | undefined, typeOnly: boolean] {
  if (ts.isImportDeclaration(node)) return [node.moduleSpecifier, isTypeOnly(node.importClause)];
  if (ts.isExportDeclaration(node)) return [node.moduleSpecifier, node.isTypeOnly];
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return [node.argument.literal, true];
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return [node.arguments[0], false];
  return [undefined, false];
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined || clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return clause !== undefined;
  const bindings = clause.namedBindings;
  return (
    clause.name === undefined &&
    bindings !== undefined &&
    ts.isNamedImports(bindings) &&
    bindings.elements.every((e) => e.isTypeOnly)
  );
}

function nameOf(node: ts.Node): string {
  for (let at: ts.Node | undefined = node; at !== undefined; at = at.parent) {
    const { name } = at as { name?: ts.Node };
    if (name !== undefined) return name.getText();
  }
  return "the file";
}

const lineSpan = (node: ts.Node, file: ts.SourceFile): number => {
  const lineAt = (position: number) => file.getLineAndCharacterOfPosition(position).line;
  return lineAt(node.getEnd()) - lineAt(node.getStart(file)) + 1;
};

function undocumentedIn(statement: ts.Statement): string[] {
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
  const exported = modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  if (!exported || ts.getJSDocCommentsAndTags(statement).length > 0) return [];
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map(nameOf);
  return [nameOf(statement)];
}
