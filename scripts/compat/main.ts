/**
 * Packs the library, installs it as users do and runs it where they run it: `npm run compat`. `--write` puts the
 * results into docs/compatibility.md. `--only NAME` (again for more) runs rows by name or its beginning, `--short` what
 * every change can afford. Exit code 1 where a row fails.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { messageOf } from "../../packages/aquatint/src/errors.ts";
import { browserRows } from "./browsers.ts";
import { bundlerRows } from "./bundlers.ts";
import { createContext } from "./context.ts";
import { managerRows } from "./managers.ts";
import { nextRows } from "./next.ts";
import { processRows } from "./processes.ts";
import { type Context, NotRun, type Result, type Row } from "./row.ts";
import { runtimeRows } from "./runtimes.ts";
import { tableOf, writeTable } from "./table.ts";
import { typesRows } from "./types.ts";

const page = fileURLToPath(new URL("../../docs/compatibility.md", import.meta.url));
const allRows: readonly Row[] = [
  ...runtimeRows,
  ...processRows,
  ...managerRows,
  ...bundlerRows,
  ...browserRows,
  ...nextRows,
  ...typesRows,
];
const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: [] },
    short: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
const rows = chosenRows();
const folder = await mkdtemp(join(tmpdir(), "aquatint-compat-"));
try {
  const results = await runAll(await createContext(folder));
  console.log(`\n${tableOf(results)}`);
  if (values.write) await writeTable(page, { rows: allRows, results });
  if (results.some(({ status }) => status === "FAILED")) process.exitCode = 1;
} finally {
  if (values.keep) console.log(`Kept: ${folder}`);
  else await rm(folder, { recursive: true, force: true });
}

function chosenRows(): readonly Row[] {
  const rows = allRows.filter(
    ({ name, short }) =>
      (!values.short || short) && (values.only.length === 0 || values.only.some((start) => name.startsWith(start))),
  );
  if (rows.length === 0) {
    throw new Error(`no row begins with ${values.only}; there are ${allRows.map(({ name }) => name).join(", ")}`);
  }
  return rows;
}

async function runAll(context: Context): Promise<Result[]> {
  const results: Result[] = [];
  for (const row of rows) {
    const started = performance.now();
    const result = await runRow(row, context);
    results.push(result);
    console.log(
      `${result.status}: ${row.name}, ${Math.round((performance.now() - started) / 1000)} s, ${result.detail}`,
    );
  }
  return results;
}

async function runRow(row: Row, context: Context): Promise<Result> {
  try {
    return { row, status: "passed", detail: await row.run(context) };
  } catch (error) {
    if (error instanceof NotRun) return { row, status: "not run", detail: error.message };
    console.error(messageOf(error));
    return { row, status: "FAILED", detail: messageOf(error).split("\n")[0] ?? "" };
  }
}
