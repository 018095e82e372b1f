import { AquatintError, messageOf } from "../../errors.ts";
import { imageGrid } from "../../formats/image/image.ts";
import { encodePng } from "../../formats/png/png.ts";
import type { Runtime } from "../../runtime/types.ts";
import type { TrainConfig } from "../config/config.ts";
import { openSession, type TrainingSession } from "../loop/session.ts";
import type { Task } from "../loop/task.ts";
import type { StepEvent } from "../loop/train.ts";
import { attempted, checkpointSaver, type Recording } from "./checkpoint-saver.ts";
import { type RunClock, runClock } from "./clock.ts";
import type { RunEvent, SessionRecord, StepRecord } from "./events.ts";
import { sessionChanges } from "./resume.ts";
import {
  addSession,
  lastSession,
  logs,
  MODEL,
  type RunFiles,
  recordLog,
  removeEnd,
  type StartingPoint,
  samplesPath,
  writeEnd,
} from "./run-folder.ts";

/** A run that is ready to start: its task, and where it is written. */
export interface RunInput {
  readonly config: TrainConfig;
  readonly task: Task;
  readonly runtime: Runtime;
  readonly files: RunFiles;
  /** Point to start from. */
  readonly start?: StartingPoint | undefined;
  /** Memory of the process in MiB. */
  readonly memory?: (() => number) | undefined;
  /** Machine of the session, for `sessions.jsonl`. */
  readonly host?: Pick<SessionRecord, "machine" | "threads" | "data"> | undefined;
  /** An abort writes a checkpoint before its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** Milliseconds between two looks at the clock, far fewer than make a gap. */
const TICK = 5000;

/**
 * A training run in its folder: `config.json`, `sessions.jsonl`, `metrics.jsonl`, `samples/`, and with each checkpoint
 * `checkpoints/`, `model/` and `evaluations.jsonl`. A full disk or a deleted folder is a problem event, and the write is
 * tried again; only the last checkpoint must succeed.
 */
export async function* recordRun(input: RunInput): AsyncGenerator<RunEvent, void, void> {
  const { config, task, runtime, files, start } = input;
  for (const message of start?.problems ?? []) yield { type: "problem", message };
  if (start?.problems.length) yield { type: "problem", message: `going on from ${start.path}` };
  const started = new Date().toISOString();
  const clock = runClock({ before: start?.checkpoint.seconds ?? 0 });
  const checkpoint = start?.checkpoint;
  await using session = await openSession({ config, task, runtime, checkpoint, seconds: clock.seconds });
  const { recording, changes, event } = await describedRun(input, { session, clock, started });
  for (const message of changes) yield { type: "problem", message };
  yield event;
  const log = await recordLog(files, logs.metrics, recording.from);
  const saver = await checkpointSaver(recording);
  const write = stepWriter(recording, { log, saver });
  if (log.last < recording.from) yield { type: "problem", message: lostRecords(recording, log.last) };
  let ended = session.over;
  if (ended) yield* saver.finish();
  await using _ = ticking(clock);
  try {
    clock.startLap();
    for await (const step of ended ? [] : session.steps()) {
      yield* write(step);
      ended = step.ended;
      clock.startLap();
    }
  } catch (error) {
    throw saver.explained(error);
  }
  if (!ended) throw new AquatintError("train/steps", "the steps of the run ended without a reason");
  yield { type: "model", path: `${files.folder}/${MODEL}`, ended };
}

interface OpenRun {
  readonly session: TrainingSession;
  readonly clock: RunClock;
  /** ISO 8601. */
  readonly started: string;
}

/** Writes what the run is; returns its "start" event, and how the session differs from the last one. */
async function describedRun(input: RunInput, { session, clock, started }: OpenRun) {
  const { config, runtime, files, start, host, signal, memory } = input;
  const from = start?.checkpoint.step ?? 0;
  const { parameterCount: parameters } = session;
  const { device } = runtime;
  const { folder } = files;
  const sessionRecord: SessionRecord = { started, step: from, parameters, device, ...host };
  const changes = from > 0 ? sessionChanges(await lastSession(files), sessionRecord) : [];
  const describe = async () => {
    await removeEnd(files);
    await writeConfig(files, config);
    await addSession(files, sessionRecord);
  };
  await describe();
  const { steps, batch_size: batchSize } = config.training;
  const event: RunEvent = { type: "start", folder, parameters, step: from, steps, batchSize, device };
  const checkpointPath = start?.path;
  const recording: Recording = { session, config, files, clock, describe, from, checkpointPath, memory, signal };
  return { recording, changes, event };
}

/** Looks at the clock every few seconds until it is disposed. */
function ticking(clock: RunClock): Disposable {
  const ticks = setInterval(clock.tick, TICK);
  return { [Symbol.dispose]: () => clearInterval(ticks) };
}

interface Writers {
  readonly log: Awaited<ReturnType<typeof recordLog>>;
  readonly saver: Awaited<ReturnType<typeof checkpointSaver>>;
}

/** Writes a step's record, and the samples and the checkpoint that are due after it. */
function stepWriter(recording: Recording, { log, saver }: Writers) {
  const { session, config, files, describe, signal } = recording;
  const [saves, draws] = [every(config.checkpoint_minutes), every(config.samples?.every_minutes ?? 0)];
  let waiting = false;
  return async function* write(event: StepEvent): AsyncGenerator<RunEvent, void, void> {
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
    if (event.ended) await attempted(() => writeEnd(files, event.step));
  };
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
  const secondsLeft = [byStep, byTime].filter((estimate) => estimate !== undefined);
  return {
    ...{ step, loss, gradNorm, metrics, learningRate: learning_rate * rateShare, progress, seconds, secondsPerStep },
    secondsLeft: secondsLeft.length > 0 ? Math.min(...secondsLeft) : undefined,
    memory: memory && Math.round(memory()),
    ...{ ended, gap },
  };
}

async function* drawSamples({ session, files }: Recording, step: number): AsyncGenerator<RunEvent, void, void> {
  const images = (await session.outputs.samples?.()) ?? [];
  const path = samplesPath(step);
  const problem = await attempted(() =>
    files.write(path, encodePng(imageGrid(images, { columns: 8, scale: 3, gap: 2 }))),
  );
  yield problem
    ? { type: "problem", message: `${messageOf(problem)}; the samples of step ${step} are left out` }
    : { type: "samples", path: `${files.folder}/${path}`, step, images };
}

/** Writes the configuration with its defaults filled in. */
const writeConfig = (files: RunFiles, config: TrainConfig): Promise<void> =>
  files.write("config.json", `${JSON.stringify(config, null, 2)}\n`);

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
