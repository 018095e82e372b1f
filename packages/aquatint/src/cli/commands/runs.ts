import { resolve } from "node:path";
import { Ansis } from "ansis";
import type { Command } from "commander";
import { AquatintError } from "../../errors.ts";
import { drawings } from "../../runs/drawings.node.ts";
import { type EvaluatedFigure, evaluatedFigures } from "../../runs/evaluated.ts";
import { findRuns, openRuns, type RunEntry } from "../../runs/find.node.ts";
import { losses } from "../../runs/points.ts";
import { writeRunReport } from "../../runs/reported-run.node.ts";
import { averaged, thinned } from "../../runs/series.ts";
import { type Difference, differences } from "../../train/run/differences.ts";
import { duration, figureText } from "../../util/words.ts";
import type { Io } from "../io.ts";
import { openFile, shortPath } from "../options/outputs.ts";
import { chart, chartMark } from "../terminal/chart.ts";
import { type TextColumn, textTable } from "../terminal/columns.ts";
import { colorLevel } from "../terminal/terminal.ts";
import { version } from "../version.ts";

const maker = `aquatint ${version}`;

/** Adds `aquatint runs` to the program. */
export function addRuns(program: Command, io: Io): Command {
  const runs = program
    .command("runs")
    .summary("list, draw and compare training runs")
    .description("Lists the training runs in a folder and in the folders inside it, the newest first.")
    .argument("[dir]", "folder to look in", "runs")
    .option("--json", "print a JSON array on stdout")
    .action((dir: string, { json = false }: JsonFlag) => listRuns(resolve(io.cwd, dir), { json, io }));
  runs
    .command("report")
    .summary("write the report of a run")
    .description("Writes the report of a run into its folder, as training does with each checkpoint.")
    .argument("<run>", "folder of a run")
    .action(async (run: string) => {
      io.stdout.write(`${shortPath(await writeRunReport(resolve(io.cwd, run), { maker }), io.cwd)}\n`);
    });
  runs
    .command("compare")
    .summary("compare runs")
    .description("Shows the losses of two or more runs, and where their configurations differ.")
    .argument("<runs...>", "folders of runs")
    .option("--out <file>", "also write a page, HTML, overwritten if it exists")
    .option("--json", "print a JSON object on stdout and nothing else")
    // "--json" is an option of "runs" too, which takes it
    .action((paths: string[], _: unknown, command: Command) => compareRuns(paths, command.optsWithGlobals(), io));
  return runs;
}

interface JsonFlag {
  readonly json?: boolean;
}

interface CompareFlags extends JsonFlag {
  readonly out?: string;
}

const rowOf = ({ summary, updated }: RunEntry) => ({ ...summary, updated });

async function listRuns(folder: string, { json, io }: { readonly json: boolean; readonly io: Io }): Promise<void> {
  const runs = await findRuns(folder);
  tellProblems(runs, io);
  if (json) io.stdout.write(`${JSON.stringify(runs.map(rowOf))}\n`);
  else if (runs.length === 0) io.stderr.write(`there are no training runs in ${shortPath(folder, io.cwd)}\n`);
  else io.stdout.write(lines(textTable(columns, runs)));
}

const lines = (list: readonly string[]): string => list.map((line) => `${line}\n`).join("");

function tellProblems(runs: readonly RunEntry[], io: Io): void {
  for (const { run } of runs) for (const problem of run.problems) io.stderr.write(`warning: ${problem}\n`);
}

const columns: readonly TextColumn<RunEntry>[] = [
  { title: "name", cell: ({ summary }) => summary.name },
  { title: "state", cell: ({ summary }) => summary.state },
  { title: "task", cell: ({ summary }) => summary.task },
  { title: "data", cell: ({ summary }) => summary.dataset },
  { title: "steps", number: true, cell: ({ summary }) => stepsOf(summary) },
  { title: "loss", number: true, cell: ({ summary }) => (summary.loss === null ? "" : figureText(summary.loss)) },
  { title: "trained", number: true, cell: ({ summary }) => duration(summary.minutes * 60) },
  { title: "left", number: true, cell: ({ summary }) => leftOf(summary) },
  { title: "last step", number: true, cell: ({ updated }) => ago(updated) },
];

const stepsOf = ({ step, steps }: RunEntry["summary"]): string =>
  `${step.toLocaleString("en")}${steps === null ? "" : ` of ${steps.toLocaleString("en")}`}`;

const leftOf = ({ minutesLeft }: RunEntry["summary"]): string => (minutesLeft ? duration(minutesLeft * 60) : "");

const DAY = 86_400;

/** Time since a moment: "4.2 s ago", "3 h 05 min ago", "12 days ago". */
function ago(iso: string | null): string {
  if (iso === null) return "";
  const seconds = Math.max((Date.now() - Date.parse(iso)) / 1000, 0);
  return `${seconds < 2 * DAY ? duration(seconds) : `${Math.floor(seconds / DAY)} days`} ago`;
}

const CHART = { width: 90, height: 13, points: 300 };

async function compareRuns(paths: readonly string[], { out, json = false }: CompareFlags, io: Io): Promise<void> {
  if (paths.length < 2) {
    throw new AquatintError("runs/compare", `expected two or more runs, got ${paths.length}`, {
      hint: "aquatint runs report RUN draws a single one",
    });
  }
  const write =
    out === undefined ? undefined : await openFile({ flag: "--out", extension: ".html", path: out }, io.cwd);
  const runs = await openRuns(paths.map((name) => ({ name, path: resolve(io.cwd, name) })));
  tellProblems(runs, io);
  const path = write && (await write(await pageOf(runs)));
  const changes = differences(runs.map(({ run }) => run.config));
  if (json) {
    const differing = changes.map(({ path, values }) => ({ path, values: values.map((value) => parsed(value)) }));
    io.stdout.write(`${JSON.stringify({ runs: runs.map(rowOf), differences: differing, ...(path && { path }) })}\n`);
    return;
  }
  const evaluations = evaluated(runs);
  io.stdout.write(
    lines([
      ...[...curves(runs, io), "", ...textTable(columns, runs), ""],
      ...(evaluations.length > 0 ? [...evaluations, ""] : []),
      ...differing(changes, runs),
    ]),
  );
  if (path) io.stdout.write(`\n${shortPath(path, io.cwd)}\n`);
}

async function pageOf(runs: readonly RunEntry[]): Promise<string> {
  const { comparisonReport } = await drawings("aquatint runs compare --out"); // drawing takes a second to load
  return comparisonReport(runs, { maker });
}

const parsed = (value: string | undefined): unknown => (value === undefined ? null : JSON.parse(value));

/** Every run's moving average of the loss in one chart, under the runs' marks. */
function curves(runs: readonly RunEntry[], { stdout, env }: Io): readonly string[] {
  const colors = new Ansis(colorLevel({ stream: stdout, env }));
  const drawn = runs.map(({ run, summary }) => {
    return { name: summary.name, points: thinned(averaged(losses(run.steps)), CHART.points) };
  });
  const names = drawn.map(({ name }, i) => `${chartMark(i, colors)} ${name}`).join("   ");
  const width = Math.min(stdout.columns ?? CHART.width, CHART.width);
  return [`loss, moving averages   ${names}`, "", ...chart(drawn, { width, height: CHART.height, colors })];
}

/** The newest figures of each run on held-out data. */
function evaluated(runs: readonly RunEntry[]): readonly string[] {
  const columns = runs.map(({ summary }, i) => ({
    title: summary.name,
    number: true,
    cell: ({ values }: EvaluatedFigure) => values[i] ?? "",
  }));
  const rows = evaluatedFigures(runs);
  return rows.length > 0 ? textTable([{ title: "held out", cell: ({ name }) => name }, ...columns], rows) : [];
}

/** Longest value that is shown whole, and how much of what is equal stands before a difference. */
const VALUE = { longest: 40, before: 12 };

function differing(changes: readonly Difference[], runs: readonly RunEntry[]): readonly string[] {
  if (changes.length === 0) return ["their configurations are equal"];
  const columns = runs.map(({ summary }, i) => ({
    title: summary.name,
    cell: ({ values }: Difference) => shortened(values[i] ?? "-", values),
  }));
  return textTable([{ title: "configuration", cell: ({ path }: Difference) => path }, ...columns], changes);
}

/** A long value from a little before where it begins to differ from the others. */
function shortened(value: string, values: Difference["values"]): string {
  if (value.length <= VALUE.longest) return value;
  const same = Array.from(value).findIndex((c, i) => values.some((other) => other !== undefined && other[i] !== c));
  const start = Math.max(same - VALUE.before, 0);
  const part = value.slice(start, start + VALUE.longest - 2);
  return `${start > 0 ? "…" : ""}${part}${start + part.length < value.length ? "…" : ""}`;
}
