import { arch, cpus, platform, totalmem } from "node:os";
import type { Dataset } from "../data/dataset.ts";
import { prefetchedDataset } from "../data/node-prefetch.ts";
import { AquatintError, messageOf } from "../errors.ts";
import { readText } from "../formats/node.ts";
import { checkModelFolder, folderSource } from "../pipelines/node.ts";
import type { ModelSource } from "../pipelines/source.ts";
import { nodeRuntime } from "../runtime/node.ts";
import type { Device, Runtime } from "../runtime/types.ts";
import { parseTrainConfig, type TrainConfig } from "./config.ts";
import { type DryRunEvent, dryRun } from "./dry-run.ts";
import type { Machine, RunEvent } from "./events.ts";
import { claimFolder, diskFiles } from "./node-folder.ts";
import { withPreset } from "./presets.ts";
import { recomputing } from "./recomputing.ts";
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
export const readTrainConfig = async (path: string): Promise<TrainConfig> =>
  parseTrainConfig(await readJson(path), { name: path });

async function readJson(path: string): Promise<unknown> {
  const text = await readText(path);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AquatintError("config/json", `${path} is not JSON: ${messageOf(cause)}`, { cause });
  }
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
  await using dataset = await prefetchedDataset(config.dataset);
  yield* skippedFiles(dataset);
  const task = await openTask(config, { dataset, runtime, initFrom, assets: found?.checkpoint.assets });
  const memory = () => process.memoryUsage.rss() / 2 ** 20;
  const place = { machine: thisMachine(), ...(threads && { threads }) };
  yield* runTask({ config, task, runtime, files, found, memory, place, signal });
}

function thisMachine(): Machine {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memory: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${arch()}`,
    node: process.version,
  };
}

/** Says what the dataset could not use. */
function* skippedFiles({ report }: Dataset): Generator<RunEvent> {
  for (const { reason, count, files } of report?.skipped ?? []) {
    const named = files.join(", ") + (count > files.length ? ", …" : "");
    yield { type: "problem", message: `skipped ${count} ${reason}: ${named}` };
  }
}

/** What a run of this configuration would be, with the pace of three steps; nothing is written. */
export async function* dryTrainRun(
  configPath: string,
  { device, threads, initFrom }: Pick<TrainRunOptions, "device" | "threads" | "initFrom"> = {},
): AsyncGenerator<DryRunEvent, void, void> {
  const config = await readTrainConfig(configPath);
  await using runtime = await nodeRuntime({ ...(device && { device }), ...(threads && { threads }) });
  await using dataset = await prefetchedDataset(config.dataset);
  const task = await openTask(config, { dataset, runtime, initFrom });
  const preset = withPreset(await readJson(configPath)).changes;
  yield* dryRun({ config, task, runtime, preset, memory: () => process.resourceUsage().maxRSS * 1024 });
}

interface TaskOptions {
  readonly dataset: Dataset;
  readonly runtime: Runtime;
  readonly initFrom?: string | undefined;
  readonly assets?: Readonly<Record<string, string>> | undefined;
}

async function openTask(config: TrainConfig, { dataset, runtime, initFrom, assets }: TaskOptions): Promise<Task> {
  const { batch_size: batchSize, accumulate, seed, activation_checkpointing } = config.training;
  return tasks[config.task]!.create(config, {
    dataset,
    runtime,
    batchSize,
    microBatchSize: batchSize / accumulate,
    seed,
    ...(activation_checkpointing && { trace: recomputing }),
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
