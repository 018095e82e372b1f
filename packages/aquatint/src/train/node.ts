import { nodeDataSources } from "../data/node.ts";
import { createDataset } from "../data/registry.ts";
import { AquatintError, messageOf } from "../errors.ts";
import { readText } from "../formats/node.ts";
import { checkModelFolder, folderSource } from "../pipelines/node.ts";
import type { ModelSource } from "../pipelines/source.ts";
import { nodeRuntime } from "../runtime/node.ts";
import type { Device, Runtime } from "../runtime/types.ts";
import { parseTrainConfig, type TrainConfig } from "./config.ts";
import type { RunEvent } from "./events.ts";
import { claimFolder, diskFiles } from "./node-folder.ts";
import { runTask } from "./run.ts";
import { checkpointNames, type FoundCheckpoint, newestCheckpoint, type RunFiles } from "./run-folder.ts";
import type { Task } from "./task.ts";
import { tasks } from "./tasks/registry.ts";

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
  const files = diskFiles(folder);
  const found = await startingPoint(files, options);
  await using _ = await claimFolder(folder);
  const { device, threads, initFrom, signal } = options;
  await using runtime = await nodeRuntime({ ...(device && { device }), ...(threads && { threads }) });
  const task = await openTask(config, { runtime, initFrom, assets: found?.checkpoint.assets });
  const memory = () => process.memoryUsage.rss() / 2 ** 20;
  yield* runTask({ config, task, runtime, files, found, memory, signal });
}

interface TaskOptions {
  readonly runtime: Runtime;
  readonly initFrom?: string | undefined;
  readonly assets?: Readonly<Record<string, string>> | undefined;
}

async function openTask(config: TrainConfig, { runtime, initFrom, assets }: TaskOptions): Promise<Task> {
  const { batch_size: batchSize, accumulate, seed } = config.training;
  return tasks[config.task]!.create(config, {
    dataset: await createDataset(config.dataset, nodeDataSources()),
    runtime,
    batchSize,
    microBatchSize: batchSize / accumulate,
    seed,
    openModel: openFolder,
    ...(initFrom !== undefined && { initFrom: await openFolder(initFrom) }),
    ...(assets && { assets }),
  });
}

/** A whole model, or one network of it. */
async function openFolder(folder: string): Promise<ModelSource> {
  await checkModelFolder(folder, { marks: ["model_index.json", "config.json"] });
  return folderSource(folder);
}

/** The checkpoint to go on from, none for a fresh run. @throws AquatintError where a run would be overwritten or is missing. */
async function startingPoint(
  files: RunFiles,
  { resume, initFrom }: TrainRunOptions,
): Promise<FoundCheckpoint | undefined> {
  if (resume && initFrom) {
    throw new AquatintError("train/options", "--resume and --init-from cannot be given together", {
      hint: "--resume goes on with a run; --init-from begins a new one from a model's weights",
    });
  }
  if (resume) return newestCheckpoint(files);
  const newest = (await checkpointNames(files)).at(-1);
  if (newest === undefined) return undefined;
  throw new AquatintError("train/exists", `${files.folder} already holds a run (${newest})`, {
    hint: 'go on with --resume, or give the configuration another "output"',
  });
}
