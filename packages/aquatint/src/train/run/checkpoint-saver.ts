import { AquatintError, messageOf } from "../../errors.ts";
import type { TrainConfig } from "../config/config.ts";
import type { TrainingSession } from "../loop/session.ts";
import type { StepEvent } from "../loop/train.ts";
import type { RunClock } from "./clock.ts";
import type { EvaluationRecord, RunEvent } from "./events.ts";
import { logs, MODEL, type RecordLog, type RunFiles, recordLog, saveCheckpoint, writeEnd } from "./run-folder.ts";

/** A session with all that its run needs to be written down. */
export interface Recording {
  readonly session: TrainingSession;
  readonly config: TrainConfig;
  readonly files: RunFiles;
  readonly clock: RunClock;
  /** Writes what the run is: its configuration, and where it is computed. */
  readonly describe: () => Promise<void>;
  /** The last step that was already done. */
  readonly from: number;
  /** The checkpoint that the run began with, for messages. */
  readonly checkpointPath?: string | undefined;
  /** Memory of the process in MiB. */
  readonly memory?: (() => number) | undefined;
  /** An abort writes a checkpoint before its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** Figures of the weights as they stand, where the task has any. */
async function* evaluate(
  { session, clock }: Recording,
  evaluations: RecordLog,
  step: number,
): AsyncGenerator<RunEvent, void, void> {
  const metrics = await session.outputs.evaluate?.();
  if (!metrics) return;
  const record: EvaluationRecord = { step, seconds: clock.seconds(), metrics };
  const writeError = await attempted(() => evaluations.add(record));
  yield { type: "evaluation", step, metrics };
  if (writeError) yield { type: "problem", message: `${messageOf(writeError)}; the evaluation waits for the next one` };
}

/** Saves checkpoints with the model beside them and evaluates it, and remembers the last good one. */
export async function checkpointSaver(recording: Recording) {
  const { session, config, files, clock, from, checkpointPath } = recording;
  const evaluations = await recordLog(files, logs.evaluations, from);
  let good = checkpointPath;
  const write = async ({ step, position }: StepEvent) => {
    const checkpoint = { step, position, seconds: clock.seconds(), ...(await session.remembered()) };
    good = await saveCheckpoint(files, checkpoint, config.keep_checkpoints);
    await files.replace(MODEL, await session.outputs.modelFiles());
  };
  return {
    async *save(event: StepEvent, { must }: { must: boolean }): AsyncGenerator<RunEvent, void, void> {
      const { step } = event;
      const problem = await attempted(() => write(event));
      if (problem && must) throw problem;
      if (problem) {
        const lastGood = good ? `the last good checkpoint is ${good}` : "there is no checkpoint yet";
        yield { type: "problem", message: `${messageOf(problem)}; ${lastGood}, and training continues` };
        return;
      }
      yield { type: "checkpoint", path: `${files.folder}/${good}`, step };
      yield* evaluate(recording, evaluations, step);
    },
    /** Writes what a run lacks that was killed between its last checkpoint and its end. */
    async *finish(): AsyncGenerator<RunEvent, void, void> {
      await files.replace(MODEL, await session.outputs.modelFiles());
      if (evaluations.last < from) yield* evaluate(recording, evaluations, from);
      await attempted(() => writeEnd(files, from));
    },
    restart: () => evaluations.restart(),
    /** An error of the steps; a divergence names the last good checkpoint. */
    explained(error: unknown): unknown {
      if (!(error instanceof AquatintError && error.code === "train/diverged")) return error;
      const lastGood = good
        ? `the last good checkpoint is ${files.folder}/${good}`
        : "no checkpoint was written before";
      return new AquatintError(error.code, `${error.message}; ${lastGood}`, { hint: error.hint, cause: error });
    },
  };
}

/** Runs something that writes; a failure of the disk is returned, any other is thrown. */
export async function attempted(write: () => Promise<void>): Promise<AquatintError | undefined> {
  try {
    await write();
    return undefined;
  } catch (error) {
    if (error instanceof AquatintError && error.code.startsWith("file/")) return error;
    throw error;
  }
}
