import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { root } from "./tree.ts";

/** A fenced block of a page. */
export interface Block {
  readonly page: string;
  /** Line of the page on which the block's text begins, from 1. */
  readonly line: number;
  readonly language: string;
  /** Its lines without the page's indentation. */
  readonly text: string;
  /** TypeScript that a reader does not see: the comment `<!-- ts ... -->` just before the block. */
  readonly preamble: { readonly line: number; readonly text: string } | undefined;
}

const fence = /^( *)(`{3,})([a-z]*)\n([\s\S]*?)^\1\2$/gm;
const hidden = /<!-- ts\n([\s\S]*?)-->\s*$/;

/** The fenced blocks of a page of Markdown, in order. */
export function blocksOf(page: string, text = readFileSync(join(root, page), "utf8")): Block[] {
  const lineAt = (index: number) => text.slice(0, index).split("\n").length;
  let end = 0;
  return [...text.matchAll(fence)].map((match) => {
    const before = text.slice(end, match.index);
    const comment = hidden.exec(before);
    const preamble = comment
      ? { line: lineAt(end + comment.index + "<!-- ts\n".length), text: comment[1]! }
      : undefined;
    end = match.index + match[0].length;
    const indent = new RegExp(`^${match[1]}`, "gm");
    return {
      page,
      line: lineAt(match.index) + 1,
      language: match[3]!,
      text: match[4]!.replace(indent, ""),
      preamble,
    };
  });
}

/** A module of the block in which every line has the number that it has on the page. */
function moduleOf({ line, text, preamble }: Block): string {
  const before = preamble ? "\n".repeat(preamble.line - 1) + preamble.text : "";
  return `${before}${"\n".repeat(line - 1 - (before.split("\n").length - 1))}${text}export {};\n`;
}

/** "page:line: message" for each error of TypeScript in `blocks`, compiled as one program against the sources. */
export function typeErrors(blocks: readonly Block[]): string[] {
  const modules = new Map(
    blocks.map((block, i) => [join(root, `${block.page}.block${i}.ts`), { block, text: moduleOf(block) }]),
  );
  const config = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile).config;
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: ["x.ts"] }, ts.sys, root);
  const settings = { ...options, incremental: false, noUnusedLocals: false, noUnusedParameters: false };
  delete settings.tsBuildInfoFile;
  const host = ts.createCompilerHost(settings);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, ...rest) => {
    const text = modules.get(name)?.text;
    return text === undefined
      ? getSourceFile.call(host, name, ...rest)
      : ts.createSourceFile(name, text, ts.ScriptTarget.ES2023);
  };
  host.fileExists = (name) => modules.has(name) || fileExists.call(host, name);
  host.readFile = (name) => modules.get(name)?.text ?? readFile.call(host, name);
  const program = ts.createProgram([...modules.keys()], settings, host);
  return [...modules].flatMap(([name, { block }]) => {
    const file = program.getSourceFile(name)!;
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ start = 0, messageText }) => {
        const line = file.getLineAndCharacterOfPosition(start).line + 1;
        return `${block.page}:${line}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
      },
    );
  });
}

/** The lines that a block says it prints: `console.log(1 + 1); // 2`. */
export const expectedOutput = (text: string): string[] =>
  [...text.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map((match) => match[1]!);

const AsyncFunction = (async () => {}).constructor as new (
  ...args: string[]
) => (load: (entry: string) => Promise<unknown>, log: object) => Promise<void>;

/** Runs a block on the library's sources; returns the lines that it printed. */
export async function printed(text: string): Promise<string[]> {
  const js = ts.transpileModule(text, {
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext },
  }).outputText;
  const body = js
    .replace(/^import (\{[^}]*\}) from ("[^"]*");$/gm, "const $1 = await load($2);")
    .replace(/^export \{\};$/m, "");
  const lines: string[] = [];
  const log = { log: (...values: unknown[]) => lines.push(values.map(String).join(" ")) };
  await new AsyncFunction("load", "console", body)((entry) => import(/* @vite-ignore */ entry), log);
  return lines;
}
