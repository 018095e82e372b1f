import { AquatintError, messageOf } from "../../errors.ts";
import { grid } from "../../formats/image/image.ts";
import { encodePng } from "../../formats/png/png.ts";
import type { TrainConfig } from "../config/config.ts";
import type { TrainingSession } from "../loop/session.ts";
import type { EndReason } from "../loop/stopping.ts";
import type { StepEvent } from "../loop/train.ts";
import type { RunClock } from "./clock.ts";
import type { EvaluationRecord, RunEvent, StepRecord } from "./events.ts";
import {
  logs,
  MODEL,
  type RecordLog,
  type RunFiles,
  recordLog,
  samplesPath,
  saveCheckpoint,
  writeEnd,
} from "./run-folder.ts";

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
  readonly memory?: () => number;
  /** An abort writes a checkpoint before its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The run's steps with everything that is written beside them. A disk that is full or a folder that was deleted is told
 * as a problem and tried again; only the last checkpoint must succeed.
 */
export async function* recordedSteps(recording: Recording): AsyncGenerator<RunEvent, EndReason, void> {
  const { session, config, files, clock, describe, signal } = recording;
  const [saves, draws] = [every(config.checkpoint_minutes), every(config.samples?.every_minutes ?? 0)];
  const log = await recordLog(files, logs.metrics, recording.from);
  const saver = checkpoints(recording, await recordLog(files, logs.evaluations, recording.from));
  if (log.last < recording.from) yield { type: "problem", message: lostRecords(recording, log.last) };
  if (session.over) {
    yield* saver.finish();
    return session.over;
  }
  let waiting = false;
  clock.startLap();
  for await (const event of saver.guarded(session.steps())) {
    const { gap, ...record } = stepRecord(event, recording);
    if (gap > 0) yield { type: "problem", message: `the machine slept for ${Math.round(gap)} s, which do not count` };
    const writeError = await attempted(() => log.add(record));
    if (writeError && !waiting)
      yield { type: "problem", message: `${messageOf(writeError)}; the metrics wait for the next step` };
    waiting = writeError !== undefined;
    yield { type: "step", ...record };
    const deleted = writeError?.code === "file/missing";
    if (deleted) {
      yield { type: "problem", message: `the folder ${files.folder} was deleted; it is written again` };
      log.restart();
      saver.restart();
      await attempted(describe);
    }
    const last = event.ended !== undefined || signal?.aborted === true;
    if (session.outputs.samples && (draws.due() || event.ended)) yield* drawSamples(recording, event.step);
    if (saves.due() || deleted || last) yield* saver.save(event, { must: last });
    signal?.throwIfAborted();
    if (event.ended) {
      await attempted(() => writeEnd(files, event.step));
      return event.ended;
    }
    clock.startLap();
  }
  throw new AquatintError("train/steps", "the steps of the run ended without a reason");
}

const lostRecords = ({ files, from }: Recording, last: number): string =>
  `${files.folder}/${logs.metrics} lacks the steps ${last + 1} to ${from}: their losses are lost, the weights are not`;

function stepRecord(event: StepEvent, { clock, config, memory }: Recording): StepRecord & { readonly gap: number } {
  const { step, loss, gradNorm, metrics, rateShare, progress, ended } = event;
  const { seconds: secondsPerStep, gap } = clock.lap();
  const seconds = clock.seconds();
  const { steps, minutes, learning_rate } = config.training;
  const byStep = steps === undefined ? undefined : clock.secondsLeft(steps - step);
  const byTime = minutes === undefined ? undefined : Math.max(60 * minutes - seconds, 0);
  const secondsLeft = [byStep, byTime].filter((left) => left !== undefined);
  return {
    ...{ step, loss, gradNorm, metrics, learningRate: learning_rate * rateShare, progress, seconds, secondsPerStep },
    ...(secondsLeft.length > 0 && { secondsLeft: Math.min(...secondsLeft) }),
    ...(memory && { memory: Math.round(memory()) }),
    ...(ended && { ended }),
    gap,
  };
}

async function* drawSamples({ session, files }: Recording, step: number): AsyncGenerator<RunEvent, void, void> {
  const pictures = await session.outputs.samples!();
  const path = samplesPath(step);
  const problem = await attempted(() => files.write(path, encodePng(grid(pictures, { columns: 8, scale: 3, gap: 2 }))));
  yield problem
    ? { type: "problem", message: `${messageOf(problem)}; the samples of step ${step} are left out` }
    : { type: "samples", path: `${files.folder}/${path}`, step, pictures };
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
function checkpoints(recording: Recording, evaluations: RecordLog) {
  const { session, config, files, clock, from, checkpointPath } = recording;
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
        yield { type: "problem", message: `${messageOf(problem)}; ${lastGood}, and training goes on` };
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
    /** Steps whose divergence names the last good checkpoint. */
    async *guarded(steps: AsyncIterable<StepEvent>): AsyncGenerator<StepEvent, void, void> {
      try {
        yield* steps;
      } catch (error) {
        if (!(error instanceof AquatintError && error.code === "train/diverged")) throw error;
        const lastGood = good
          ? `the last good checkpoint is ${files.folder}/${good}`
          : "no checkpoint was written before";
        throw new AquatintError(error.code, `${error.message}; ${lastGood}`, { hint: error.hint, cause: error });
      }
    },
  };
}

/** Runs something that writes; a failure of the disk is returned, any other is thrown. */
async function attempted(write: () => Promise<void>): Promise<AquatintError | undefined> {
  try {
    await write();
    return undefined;
  } catch (error) {
    if (error instanceof AquatintError && error.code.startsWith("file/")) return error;
    throw error;
  }
}

/** True once an interval of so many minutes has passed, and then again. */
function every(minutes: number) {
  let last = performance.now();
  return {
    due(): boolean {
      if (performance.now() - last < minutes * 60_000) return false;
      last = performance.now();
      return true;
    },
  };
}
