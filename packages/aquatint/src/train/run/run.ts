import type { Runtime } from "../../runtime/types.ts";
import type { TrainConfig } from "../config/config.ts";
import { openSession } from "../loop/session.ts";
import type { Task } from "../loop/task.ts";
import { runClock } from "./clock.ts";
import type { RunEvent, SessionRecord } from "./events.ts";
import { recordedSteps } from "./recorder.ts";
import { machineChange } from "./resume.ts";
import { addSession, lastSession, MODEL, type RunFiles, removeEnd, type StartingPoint } from "./run-folder.ts";

/** A run that is ready to start: its task, and where it is written. */
export interface RunInput {
  readonly config: TrainConfig;
  readonly task: Task;
  readonly runtime: Runtime;
  readonly files: RunFiles;
  /** Where to go on from. */
  readonly start?: StartingPoint | undefined;
  /** Memory of the process in MiB. */
  readonly memory?: () => number;
  /** Where it is computed, for who reads of it later. */
  readonly place?: Pick<SessionRecord, "machine" | "threads">;
  /** An abort writes a checkpoint before its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** Milliseconds between two looks at the clock, far fewer than make a gap. */
const TICK = 5000;

/**
 * A training run in its folder: `config.json`, `sessions.jsonl`, `metrics.jsonl`, `samples/`, and with each checkpoint
 * `checkpoints/`, `model/` and `evaluations.jsonl`.
 */
export async function* runTask(input: RunInput): AsyncGenerator<RunEvent, void, void> {
  const { config, task, runtime, files, start, place } = input;
  const checkpoint = start?.checkpoint;
  for (const message of start?.problems ?? []) yield { type: "problem", message };
  if (start?.problems.length) yield { type: "problem", message: `going on from ${start.path}` };
  const started = new Date().toISOString();
  const clock = runClock({ before: checkpoint?.seconds ?? 0 });
  await using session = await openSession({ config, task, runtime, checkpoint, seconds: clock.seconds });
  const { parameterCount: parameters } = session;
  const { folder } = files;
  const from = checkpoint?.step ?? 0;
  const { device } = runtime;
  const sessionRecord = { started, step: from, parameters, device, ...place };
  const change = from > 0 ? machineChange(await lastSession(files), sessionRecord) : undefined;
  if (change) yield { type: "problem", message: change };
  const describe = async () => {
    await removeEnd(files);
    await writeConfig(files, config);
    await addSession(files, sessionRecord);
  };
  await describe();
  const { steps, batch_size: batchSize } = config.training;
  yield { type: "start", folder, parameters, step: from, steps, batchSize, device };
  const ticks = setInterval(clock.tick, TICK);
  try {
    const ended = yield* recordedSteps({ ...input, session, clock, describe, from, checkpointPath: start?.path });
    yield { type: "model", path: `${folder}/${MODEL}`, ended };
  } finally {
    clearInterval(ticks);
  }
}

/** Writes the configuration with its defaults filled in. */
const writeConfig = (files: RunFiles, config: TrainConfig): Promise<void> =>
  files.write("config.json", `${JSON.stringify(config, null, 2)}\n`);
