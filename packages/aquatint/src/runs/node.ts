import { basename } from "node:path";
import { AquatintError, messageOf } from "../errors.ts";
import type { RunEvent, RunProblem } from "../train/events.ts";
import { diskFiles, runningProcess } from "../train/node-folder.ts";
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

/** Draws the run of a folder as it stands and writes it there as `report.html`; returns its path. @throws AquatintError "runs/missing", "file/…" */
export async function writeRunReport(folder: string, { maker }: ReportOptions): Promise<string> {
  const files = diskFiles(folder);
  const run = await readRun(files);
  if (!run) throw new AquatintError("runs/missing", `${folder} holds no training run, expected a config.json`);
  const { runReport } = await import("./node-report.ts"); // drawing takes a second to load
  const held = (await runningProcess(folder)) !== undefined;
  await files.write(REPORT, await runReport({ run, files, name: basename(folder), held, maker }));
  return `${folder}/${REPORT}`;
}

/**
 * The events of a run, whose report is written after each checkpoint, while training goes on, and once more where the run
 * ends or stops. A report that cannot be written is told as a problem and does not end the run.
 */
export async function* reportedRun(
  events: AsyncIterable<RunEvent>,
  options: ReportOptions,
): AsyncGenerator<RunEvent | ReportEvent, void, void> {
  let folder = "";
  let stale = false;
  let writing: Promise<void> | undefined;
  const told: (ReportEvent | RunProblem)[] = [];
  const write = async () => {
    stale = false;
    told.push(await writtenOrNot(folder, options));
    writing = undefined;
  };
  try {
    for await (const event of events) {
      if (event.type === "start") folder = event.folder;
      if (stale && !writing && event.type !== "evaluation") writing = write();
      if (event.type === "model") {
        await writing;
        await write();
      }
      yield* told.splice(0);
      stale ||= event.type === "checkpoint";
      yield event;
    }
  } finally {
    await writing;
    if (stale) await write(); // told to nobody: the reason of the end is on its way
  }
}

const writtenOrNot = (folder: string, options: ReportOptions): Promise<ReportEvent | RunProblem> =>
  writeRunReport(folder, options).then(
    (path) => ({ type: "report", path }) as const,
    (error: unknown) => ({ type: "problem", message: `${messageOf(error)}; the report waits for the next checkpoint` }),
  );
