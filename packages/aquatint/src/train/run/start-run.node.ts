import { arch, cpus, platform, totalmem } from "node:os";
import { type Dataset, reportLines } from "../../data/dataset.ts";
import { prefetchedDataset } from "../../data/prefetch.node.ts";
import { checkModelFolder, folderSource } from "../../pipelines/generate.node.ts";
import type { ModelSource } from "../../pipelines/model/source.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import type { TrainConfig } from "../config/config.ts";
import type { PresetChange } from "../config/presets.ts";
import { activationCheckpointing } from "../loop/activation-checkpointing.ts";
import type { Task } from "../loop/task.ts";
import { tasks } from "../tasks/registry.ts";
import { holdsOut } from "../tasks/sources.ts";
import { type DryRunEvent, dryRun } from "./dry-run.ts";
import type { Machine, RunEvent } from "./events.ts";
import type { TrainRunOptions } from "./run.node.ts";
import { runTask } from "./run.ts";
import type { RunFiles, StartingPoint } from "./run-folder.ts";

/** Where a run is computed, and what it begins with. */
type RunPlace = Pick<TrainRunOptions, "device" | "threads" | "initFrom">;

/** A run that may begin: its folder is this process's own. */
export interface StartOptions extends RunPlace {
  readonly files: RunFiles;
  /** Where to go on from. */
  readonly start: StartingPoint | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Opens what a checked configuration names, and trains. */
export async function* startedRun(config: TrainConfig, options: StartOptions): AsyncGenerator<RunEvent, void, void> {
  const { files, start, signal, threads, initFrom } = options;
  await using runtime = await runtimeOf(options);
  await using dataset = await prefetchedDataset(config.dataset);
  yield* reportDataset(dataset);
  const task = await openTask(config, { dataset, runtime, initFrom, assets: start?.checkpoint.assets });
  const memory = () => process.memoryUsage.rss() / 2 ** 20;
  const place = { machine: thisMachine(), ...(threads && { threads }) };
  yield* runTask({ config, task, runtime, files, start, memory, place, signal });
}

/** Opens what a checked configuration names, and measures it. */
export async function* startDryRun(
  config: TrainConfig,
  { preset, initFrom, ...place }: RunPlace & { readonly preset: readonly PresetChange[] },
): AsyncGenerator<DryRunEvent, void, void> {
  await using runtime = await runtimeOf(place);
  await using dataset = await prefetchedDataset(config.dataset);
  const task = await openTask(config, { dataset, runtime, initFrom });
  yield* dryRun({ config, task, runtime, preset, memory: () => process.resourceUsage().maxRSS * 1024 });
}

const runtimeOf = ({ device, threads }: RunPlace) =>
  nodeRuntime({ ...(device && { device }), ...(threads && { threads }) });

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

/** Says what the dataset could not use, and what it leaves out. */
function* reportDataset(dataset: Dataset): Generator<RunEvent> {
  const { report } = dataset;
  for (const message of report ? reportLines(report) : []) yield { type: "problem", message };
  if (!holdsOut(dataset)) yield { type: "problem", message: "no picture is held out, so that nothing is evaluated" };
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
    ...(activation_checkpointing && { trace: activationCheckpointing }),
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
