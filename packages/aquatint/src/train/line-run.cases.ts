import type { Runtime } from "../runtime/types.ts";
import { lineTask, lineTraining } from "./line.cases.ts";
import type { RunEvent } from "./run/events.ts";
import { type RunInput, recordRun } from "./run/recorder.ts";
import { newestCheckpoint, type RunFiles } from "./run/run-folder.ts";

/** Options of a run of `lineTask`. */
export interface LineRunOptions {
  readonly runtime: Runtime;
  readonly files: RunFiles;
  readonly resume?: boolean;
  readonly training?: object;
  readonly signal?: AbortSignal;
  readonly host?: RunInput["host"] | undefined;
}

/** A run of thirty steps that writes a checkpoint after each. */
export async function* lineRun({
  runtime,
  files,
  resume,
  training,
  signal,
  host,
}: LineRunOptions): AsyncGenerator<RunEvent> {
  const checked = lineTraining({ steps: 30, ...training });
  yield* recordRun({
    config: {
      task: "line",
      output: files.folder,
      dataset: { name: "emoji-singles", size: 8, styles: ["flat"], mirror: false },
      training: checked,
      checkpoint_minutes: Number.MIN_VALUE,
      keep_checkpoints: 2,
    },
    task: lineTask(checked),
    runtime,
    files,
    start: resume ? await newestCheckpoint(files) : undefined,
    signal,
    host,
  });
}
