import { appendFile, mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { nodeDataSources } from "../data/node.ts";
import { createDataset } from "../data/registry.ts";
import { AquatintError, messageOf } from "../errors.ts";
import { grid } from "../formats/image.ts";
import { readBytes, readText, writeFileAtomic } from "../formats/node.ts";
import { encodePng } from "../formats/png.ts";
import { openModel } from "../pipelines/model-folder.ts";
import { checkModelFolder, folderSource } from "../pipelines/node.ts";
import { nodeRuntime } from "../runtime/node.ts";
import type { Device } from "../runtime/types.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
import { parseTrainConfig, type TrainConfig } from "./config.ts";
import type { StepEvent } from "./loop.ts";
import { type InitialModel, openSession, type TrainingSession } from "./session.ts";

/** How a run starts and where. */
export interface TrainRunOptions {
  /** Go on from the newest checkpoint of the run's folder. */
  readonly resume?: boolean | undefined;
  /** A model folder whose weights the run begins with. */
  readonly initFrom?: string | undefined;
  readonly device?: Device | undefined;
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a run tells of itself as it goes. */
export type RunEvent =
  | {
      readonly type: "start";
      readonly folder: string;
      readonly parameters: number;
      readonly step: number;
      readonly steps: number;
      readonly device: Device;
    }
  | ({ readonly type: "step"; readonly steps: number; readonly secondsPerStep: number } & Omit<StepEvent, "position">)
  | { readonly type: "checkpoint"; readonly path: string; readonly step: number }
  | { readonly type: "samples"; readonly path: string; readonly step: number }
  | { readonly type: "model"; readonly path: string };

const KEPT_CHECKPOINTS = 2;
const checkpointName = (step: number) => `step-${String(step).padStart(7, "0")}.safetensors`;

/** Reads a configuration file. @throws AquatintError where it is missing, no JSON, or wrong. */
export async function readTrainConfig(path: string): Promise<TrainConfig> {
  const text = await readText(path);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new AquatintError("config/json", `${path} is not JSON: ${messageOf(cause)}`, { cause });
  }
  return parseTrainConfig(json, { name: path });
}

/**
 * A training run in its folder: `config.json`, `metrics.jsonl`, `samples/`, and with each checkpoint `checkpoints/` and `model/`.
 * An abort writes a checkpoint before its reason is thrown.
 */
export async function* trainRun(
  configPath: string,
  options: TrainRunOptions = {},
): AsyncGenerator<RunEvent, void, void> {
  const config = await readTrainConfig(configPath);
  const folder = config.output;
  const checkpoint = await startingPoint(folder, options);
  const dataset = await createDataset(config.dataset, nodeDataSources());
  const initial = await initialModel(folder, options);
  for (const part of ["checkpoints", "samples"]) await mkdir(join(folder, part), { recursive: true });
  await writeFileAtomic(join(folder, "config.json"), `${JSON.stringify(config, null, 2)}\n`);
  if (checkpoint) await trimMetrics(folder, checkpoint.step);
  const { device, threads } = options;
  await using runtime = await nodeRuntime({ ...(device && { device }), ...(threads && { threads }) });
  await using session = await openSession({
    config,
    dataset,
    runtime,
    ...(checkpoint && { checkpoint }),
    ...(initial && { initial }),
  });
  const { steps } = config.training;
  const step = checkpoint?.step ?? 0;
  yield { type: "start", folder, parameters: session.parameterCount, step, steps, device: runtime.device };
  yield* recordedSteps(session, { config, folder, from: checkpoint, signal: options.signal });
  yield { type: "model", path: join(folder, "model") };
}

interface Recording {
  readonly config: TrainConfig;
  readonly folder: string;
  readonly from: Checkpoint | undefined;
  readonly signal: AbortSignal | undefined;
}

/** The run's steps with everything that is written beside them. */
async function* recordedSteps(
  session: TrainingSession,
  { config, folder, from, signal }: Recording,
): AsyncGenerator<RunEvent, void, void> {
  const { steps } = config.training;
  const saved = every(config.checkpoint_minutes);
  const sampled = every(config.samples?.every_minutes ?? Number.POSITIVE_INFINITY);
  const clock = stopwatch(from?.seconds ?? 0);
  for await (const { position, ...event } of session.steps()) {
    const secondsPerStep = clock.lap();
    await record(folder, { ...event, seconds: clock.seconds() });
    yield { type: "step", steps, secondsPerStep, ...event };
    const last = event.step === steps;
    if (config.samples && (sampled.due() || last)) {
      yield { type: "samples", path: await saveSamples(folder, event.step, session), step: event.step };
    }
    if (saved.due() || last || signal?.aborted) {
      const tensors = await session.tensors();
      for (const [path, bytes] of await session.modelFiles()) await writeInto(join(folder, "model"), path, bytes);
      const path = await saveCheckpoint(folder, { step: event.step, seconds: clock.seconds(), position, tensors });
      yield { type: "checkpoint", path, step: event.step };
    }
    signal?.throwIfAborted();
    clock.lap();
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

function stopwatch(before: number) {
  const start = performance.now();
  let last = start;
  return {
    /** Seconds since the last lap. */
    lap(): number {
      const now = performance.now();
      const seconds = (now - last) / 1000;
      last = now;
      return seconds;
    },
    seconds: () => before + (performance.now() - start) / 1000,
  };
}

const metricsFile = (folder: string) => join(folder, "metrics.jsonl");
const record = (folder: string, line: object) => appendFile(metricsFile(folder), `${JSON.stringify(line)}\n`);

/** Drops the lines after a step: a run that goes on from there writes them again. */
async function trimMetrics(folder: string, step: number): Promise<void> {
  const lines = (await readText(metricsFile(folder))).split("\n").filter(Boolean);
  const kept = lines.filter((line) => (JSON.parse(line) as StepEvent).step <= step);
  await writeFileAtomic(metricsFile(folder), kept.map((line) => `${line}\n`).join(""));
}

async function saveCheckpoint(folder: string, checkpoint: Checkpoint): Promise<string> {
  const path = join(folder, "checkpoints", checkpointName(checkpoint.step));
  await writeFileAtomic(path, encodeCheckpoint(checkpoint));
  const old = (await checkpointsOf(folder)).slice(0, -KEPT_CHECKPOINTS);
  for (const name of old) await rm(join(folder, "checkpoints", name), { force: true });
  return path;
}

async function saveSamples(folder: string, step: number, session: TrainingSession): Promise<string> {
  const pictures = await session.samples();
  const path = join(folder, "samples", `step-${String(step).padStart(7, "0")}.png`);
  await writeFileAtomic(path, encodePng(grid(pictures, { columns: 8, scale: 3, gap: 2 })));
  return path;
}

async function writeInto(folder: string, path: string, bytes: Uint8Array | string): Promise<void> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFileAtomic(file, bytes);
}

/** The checkpoint to go on from, none for a fresh run. @throws AquatintError where a run would be overwritten or is missing. */
async function startingPoint(folder: string, { resume, initFrom }: TrainRunOptions): Promise<Checkpoint | undefined> {
  if (resume && initFrom) {
    throw new AquatintError("train/options", "--resume and --init-from cannot be given together", {
      hint: "--resume goes on with a run; --init-from begins a new one from a model's weights",
    });
  }
  const newest = (await checkpointsOf(folder)).at(-1);
  if (!resume && newest) {
    throw new AquatintError("train/exists", `${folder} already holds a run (${newest})`, {
      hint: 'go on with --resume, or give the configuration another "output"',
    });
  }
  if (!resume) return undefined;
  if (!newest) {
    throw new AquatintError("train/no-checkpoint", `${folder} holds no checkpoint to resume from`, {
      hint: "start the run without --resume",
    });
  }
  const path = join(folder, "checkpoints", newest);
  return decodeCheckpoint(await readBytes(path), { name: path });
}

/** Names of a run's checkpoints, oldest first; none where there is no such folder. */
async function checkpointsOf(folder: string): Promise<string[]> {
  try {
    const names = await readdir(join(folder, "checkpoints"));
    return names.filter((name) => /^step-\d+\.safetensors$/.test(name)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** The model that a run begins with; a resumed run keeps the vocabulary that it wrote beside its weights. */
async function initialModel(folder: string, { initFrom, resume }: TrainRunOptions): Promise<InitialModel | undefined> {
  const source = initFrom ?? (resume ? join(folder, "model") : undefined);
  if (source === undefined) return undefined;
  await checkModelFolder(source);
  const { tokenizerFiles, weights } = await openModel(folderSource(source));
  return { tokenizerFiles, weights: await weights() };
}
