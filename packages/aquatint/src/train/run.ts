import type { Runtime } from "../runtime/types.ts";
import { runClock } from "./clock.ts";
import type { TrainConfig } from "./config.ts";
import type { RunEvent } from "./events.ts";
import { recordedSteps, writeConfig } from "./recording.ts";
import type { FoundCheckpoint, RunFiles } from "./run-folder.ts";
import { openSession } from "./session.ts";
import type { Task } from "./task.ts";

/** A run that is ready to start: its task, and where it is written. */
export interface RunInput {
  readonly config: TrainConfig;
  readonly task: Task;
  readonly runtime: Runtime;
  readonly files: RunFiles;
  /** Where to go on from. */
  readonly found?: FoundCheckpoint | undefined;
  /** Memory of the process in MiB. */
  readonly memory?: () => number;
  /** An abort writes a checkpoint before its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** A training run in its folder: `config.json`, `metrics.jsonl`, `samples/`, and with each checkpoint `checkpoints/` and `model/`. */
export async function* runTask(input: RunInput): AsyncGenerator<RunEvent, void, void> {
  const { config, task, runtime, files, found } = input;
  const checkpoint = found?.checkpoint;
  for (const message of found?.problems ?? []) yield { type: "problem", message };
  if (found?.problems.length) yield { type: "problem", message: `going on from ${found.path}` };
  await writeConfig(files, config);
  const clock = runClock({ before: checkpoint?.seconds ?? 0 });
  await using session = await openSession({ config, task, runtime, checkpoint, seconds: clock.seconds });
  const { parameterCount: parameters } = session;
  const { folder } = files;
  const from = checkpoint?.step ?? 0;
  yield { type: "start", folder, parameters, step: from, steps: config.training.steps, device: runtime.device };
  const ended = yield* recordedSteps({ ...input, session, clock, from, checkpointPath: found?.path });
  yield { type: "model", path: `${folder}/model`, ended };
}
