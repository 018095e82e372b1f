import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { blocksOf, expectedOutput, printed, typeErrors } from "./snippets.ts";
import { filesUnder, root } from "./tree.ts";

const pages = filesUnder()
  .filter((path) => path.endsWith(".md") && !path.includes("/LICENSES/"))
  .sort();
const blocks = pages.flatMap((page) => blocksOf(page)).filter(({ language }) => language === "ts");
const namedBlocks = blocks.map((block) => ({ ...block, name: `${block.page}:${block.line}` }));

/** Pages whose blocks print what no test can compute, with the reason. */
const unprintable: Readonly<Record<string, string>> = {
  "docs/checkpoints.md": "a published checkpoint",
  "docs/pipelines.md": "a photograph and a mask",
};
const prints = namedBlocks.filter(({ text }) => text.includes("console.log("));
const run = prints.filter(({ text }) => expectedOutput(text).length > 0);

test("every block of TypeScript in README and docs compiles", () => {
  expect(blocks.length).toBeGreaterThan(20);
  expect(typeErrors(blocks)).toEqual([]);
});

test("an error is told by its page and line", () => {
  const text =
    "# Page\n\n<!-- ts\ndeclare const count: number;\n-->\n\n```ts\nconst half = count / 2;\nhalf.push(1);\n```\n";
  expect(typeErrors(blocksOf("page.md", text))).toEqual([
    "page.md:9: Property 'push' does not exist on type 'number'.",
  ]);
});

test("every block that prints says what it prints, or why it cannot be run", () => {
  const silent = new Set(prints.filter((block) => !run.includes(block)).map(({ page }) => page));
  expect([...silent].sort()).toEqual(Object.keys(unprintable).sort());
});

test.each(run)("$name prints what it says", async ({ text }) => {
  expect(await printed(text)).toEqual(expectedOutput(text));
});

test("README's program is examples/first-image.ts, which a test runs", () => {
  const program = blocks.find(({ page, text }) => page === "README.md" && text.includes("generate("));
  expect(readFileSync(join(root, "examples/first-image.ts"), "utf8")).toContain(program?.text);
});
