import { basename } from "node:path";
import { AquatintError, messageOf } from "../errors.ts";
import type { RunEvent, RunProblem } from "../train/run/events.ts";
import { diskFiles, runningProcess } from "../train/run/folder.node.ts";
import { drawings } from "./drawings.node.ts";
import { readRun } from "./run.ts";

/** The report of a run was written. */
export interface ReportEvent {
  readonly type: "report";
  readonly path: string;
}

/** Who makes reports: "aquatint 1.2.3". */
export interface ReportOptions {
  readonly maker: string;
}

const REPORT = "report.html";

/**
 * Draws the run of a folder as it stands and writes it there as `report.html`; returns its path.
 * @throws AquatintError "runs/missing", "package/missing" without `@aquatint/lab`, "file/…"
 */
export async function writeRunReport(folder: string, { maker }: ReportOptions): Promise<string> {
  const files = diskFiles(folder);
  const run = await readRun(files);
  if (!run) throw new AquatintError("runs/missing", `${folder} holds no training run, expected a config.json`);
  const { runReport } = await drawings(`${REPORT} of a run`);
  const locked = (await runningProcess(folder)) !== undefined;
  await files.write(REPORT, await runReport({ run, files, name: basename(folder), locked, maker }));
  return `${folder}/${REPORT}`;
}

/**
 * The events of a run, whose report is written after each checkpoint, while training goes on, and once more where the run
 * ends or stops. A report that cannot be written is told as a problem and does not end the run; without `@aquatint/lab` there
 * is one problem and no report.
 */
export async function* reportedRun(
  events: AsyncIterable<RunEvent>,
  options: ReportOptions,
): AsyncGenerator<RunEvent | ReportEvent, void, void> {
  let folder = "";
  let stale = false;
  let skipped = false;
  let writing: Promise<void> | undefined;
  const pending: (ReportEvent | RunProblem)[] = [];
  const write = async () => {
    stale = false;
    const report = await writeRunReport(folder, options).then(reportEvent, failed);
    skipped = report.skipped;
    pending.push(report.event);
    writing = undefined;
  };
  try {
    for await (const event of events) {
      if (event.type === "start") folder = event.folder;
      if (stale && !writing && event.type !== "evaluation") writing = write();
      if (event.type === "model") {
        await writing;
        if (!skipped) await write();
      }
      yield* pending.splice(0);
      stale ||= event.type === "checkpoint" && !skipped;
      yield event;
    }
  } finally {
    await writing;
    if (stale && !skipped) await write(); // nobody reads its event: the run's error is on its way
  }
}

interface WrittenReport {
  readonly event: ReportEvent | RunProblem;
  /** No report can be written in this process. */
  readonly skipped: boolean;
}

const reportEvent = (path: string): WrittenReport => ({ event: { type: "report", path }, skipped: false });

function failed(error: unknown): WrittenReport {
  const skipped = error instanceof AquatintError && error.code.startsWith("package/");
  const outcome = skipped ? `the report is skipped (${error.hint})` : "the report waits for the next checkpoint";
  return { event: { type: "problem", message: `${messageOf(error)}; ${outcome}` }, skipped };
}
