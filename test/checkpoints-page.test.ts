import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkpoints } from "../packages/aquatint/test/compatibility/checkpoints.cases.ts";
import { embeddings } from "../packages/aquatint/test/compatibility/embeddings.cases.ts";
import { loras } from "../packages/aquatint/test/compatibility/loras.cases.ts";
import type { CompatibilityRow } from "../packages/aquatint/test/compatibility/row.ts";
import { root } from "./tree.ts";

const page = readFileSync(join(root, "docs/checkpoints.md"), "utf8");
const [BEGIN, END] = ["<!-- begin: written by test/checkpoints-page.test.ts -->", "<!-- end -->"];

const table = (title: string, rows: readonly CompatibilityRow[]): readonly string[] => [
  `### ${title}`,
  "",
  "| what | from | |",
  "| --- | --- | --- |",
  ...rows.map(({ what, from, result }) => `| ${what} | ${from} | ${result} |`),
  "",
];

test("docs/checkpoints.md lists every form of file that a test opens", async () => {
  const [before, after] = [page.split(BEGIN)[0], page.split(END)[1]];
  const tables = [
    ...table("LoRAs", loras),
    ...table("Textual inversions", embeddings),
    ...table("Checkpoints, autoencoders and folders", checkpoints),
  ];
  expect(after).toBeDefined();
  await expect([`${before}${BEGIN}`, "", ...tables, `${END}${after}`].join("\n")).toMatchFileSnapshot(
    "../docs/checkpoints.md",
  );
});
