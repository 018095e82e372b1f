import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import * as library from "../packages/aquatint/src/index.ts";
import { root } from "./tree.ts";

/** Pages whose snippets run; what a line prints stands in its comment: `console.log(1 + 1); // 2`. */
const pages = ["docs/theory.md"];

const snippets = pages.flatMap((page) =>
  [...readFileSync(join(root, page), "utf8").matchAll(/^```ts\n(.*?)^```$/gms)].map((match, i) => ({
    name: `${page}, snippet ${i + 1}`,
    text: match[1]!,
  })),
);

const AsyncFunction = (async () => {}).constructor as new (
  ...args: string[]
) => (from: object, log: object) => Promise<void>;

/** Runs a snippet on the library's sources; returns the lines that it printed. */
async function printed(text: string): Promise<string[]> {
  const js = ts.transpileModule(text, { compilerOptions: { target: ts.ScriptTarget.ES2023 } }).outputText;
  const body = js
    .replace(/import (\{[^}]*\}) from "aquatint";/g, "const $1 = aquatint;")
    .replace(/^export \{\};$/m, "");
  const lines: string[] = [];
  await new AsyncFunction("aquatint", "console", body)(library, {
    log: (...values: unknown[]) => lines.push(values.map(String).join(" ")),
  });
  return lines;
}

test("the pages have snippets, and each of them prints something", () => {
  expect(snippets.length).toBeGreaterThan(5);
  for (const { text } of snippets) expect(text).toContain("console.log(");
});

test.each(snippets)("$name prints what it says", async ({ text }) => {
  const expected = [...text.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map((match) => match[1]);
  expect(await printed(text)).toEqual(expected);
});
