import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { publicApi } from "./entry-types.ts";
import { filesUnder, root } from "./tree.ts";

const { entries, unnamed } = publicApi();

/** Names that say nothing without the word before them: they belong into a namespace, `spacings.simple`. */
const vague = [
  "open",
  "read",
  "simple",
  "linear",
  "beta",
  "cosine",
  "clean",
  "slots",
  "fits",
  "strip",
  "flatten",
  "grid",
];

/** The page of every entry. Its contents are the comment at the top of the entry's source. */
function page(): string {
  const contents = (source: string) =>
    /^\/\*\*([\s\S]*?)\*\//
      .exec(readFileSync(source, "utf8"))![1]!
      .replaceAll(/\n \*/g, "")
      .replaceAll(/\s+/g, " ")
      .trim();
  const row = (name: string, source: string) => `| [\`${name}\`](#${name.replace("/", "")}) | ${contents(source)} |`;
  const code = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(", ");
  const section = ({ name, values, types }: (typeof entries)[number]) =>
    [`## ${name}`, "", code(values), ...(types.length > 0 ? ["", `Types: ${code(types)}.`] : []), ""].join("\n");
  return `# The entries of aquatint

The names that each entry of the package exports. This page is written by \`npx vitest run test/entries.test.ts -u\`, and a
test compares it. Every type that a public declaration uses is exported, too, by the entry of its folder.

| entry | contents |
| --- | --- |
${entries.map(({ name, source }) => row(name, source)).join("\n")}

${entries.map(section).join("\n")}`;
}

test("docs/api.md lists the names of each entry", async () => {
  await expect(page()).toMatchFileSnapshot(join(root, "docs/api.md"));
});

test("the root has about 40 names", () => {
  const { values, types } = entries.find(({ name }) => name === "aquatint")!;
  expect(values.length + types.length).toBeLessThanOrEqual(45);
  expect(values).toEqual(expect.arrayContaining(["samplers", "schedules", "spacings"]));
});

test("every type of a public declaration can be named from outside", () => {
  expect(unnamed).toEqual([]);
});

test("no entry exports a vague word", () => {
  const vagueNames = entries.flatMap(({ name, values }) =>
    values.filter((value) => vague.includes(value)).map((v) => `${name}: ${v}`),
  );
  expect(vagueNames).toEqual([]);
});

test("`export *` stands only in a folder's own index, for files of that folder", () => {
  const wrong = filesUnder("packages/aquatint/src")
    .filter((path) => path.endsWith(".ts"))
    .flatMap((path) =>
      [...readFileSync(join(root, path), "utf8").matchAll(/^export (?:type )?\* .*from "(.*)";$/gm)]
        .filter(
          ([, target]) => !path.endsWith("/index.ts") || path.endsWith("/src/index.ts") || !target!.startsWith("./"),
        )
        .map(([line]) => `${path}: ${line}`),
    );
  expect(wrong).toEqual([]);
});
