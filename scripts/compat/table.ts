import { readFile, writeFile } from "node:fs/promises";
import type { Result, Row } from "./row.ts";

const [start, end] = ["<!-- compat: begin -->", "<!-- compat: end -->"];
const head = "| row | what | result | versions |\n| --- | --- | --- | --- |";

const lineOf = ({ row, status, detail }: Result): string =>
  `| ${row.name} | ${row.what} | ${status} | ${detail.replaceAll("|", "\\|")} |`;

/** The table of a run, as Markdown. */
export const tableOf = (results: readonly Result[]): string => [head, ...results.map(lineOf)].join("\n");

/** Puts the results between the page's marks, in the order of `rows`. Rows that were not run now keep their last result. */
export async function writeTable(
  page: string,
  { rows, results }: { rows: readonly Row[]; results: readonly Result[] },
) {
  const text = await readFile(page, "utf8");
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page} has no ${start} and ${end}`);
  const before = text.slice(from, to).split("\n");
  const lines = rows.flatMap(({ name }) => {
    const result = results.find(({ row }) => row.name === name);
    return result ? [lineOf(result)] : before.filter((line) => line.startsWith(`| ${name} |`));
  });
  const table = [head, ...lines].join("\n");
  await writeFile(page, `${text.slice(0, from + start.length)}\n\n${table}\n\n${text.slice(to)}`);
}
