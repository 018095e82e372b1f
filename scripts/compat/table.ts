import { readFile, writeFile } from "node:fs/promises";
import type { Result } from "./row.ts";

const [start, end] = ["<!-- compat: begin -->", "<!-- compat: end -->"];

/** The table of a run, as Markdown. */
export const tableOf = (results: readonly Result[]): string =>
  [
    "| row | what | result | versions |",
    "| --- | --- | --- | --- |",
    ...results.map(({ row, status, detail }) => `| ${row.name} | ${row.what} | ${status} | ${detail} |`),
  ].join("\n");

/** Puts the table between the page's marks. */
export async function writeTable(page: string, table: string): Promise<void> {
  const text = await readFile(page, "utf8");
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page} has no ${start} and ${end}`);
  await writeFile(page, `${text.slice(0, from + start.length)}\n\n${table}\n\n${text.slice(to)}`);
}
