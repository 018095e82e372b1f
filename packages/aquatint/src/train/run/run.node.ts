import { AquatintError, messageOf } from "../../errors.ts";
import { readText } from "../../formats/files.node.ts";
import type { Device } from "../../runtime/types.ts";
import { configKindsFor, parseTrainConfig, type TrainConfig } from "../config/config.ts";
import { withPreset } from "../config/presets.ts";
import type { DryRunEvent } from "./dry-run.ts";
import type { RunEvent } from "./events.ts";
import { claimFolder, diskFiles } from "./folder.node.ts";
import { type RunStart, runStart } from "./run-start.ts";

/** Options of a training run. */
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
export const readTrainConfig = async (path: string): Promise<TrainConfig> => parsed(await readJson(path), path);

const parsed = async (json: unknown, name: string): Promise<TrainConfig> =>
  parseTrainConfig(json, { name, kinds: await configKindsFor(json) });

async function readJson(path: string): Promise<unknown> {
  const text = await readText(path);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AquatintError("config/json", `${path} is not JSON: ${messageOf(cause)}`, { cause });
  }
}

// What a run is made of is loaded once its configuration is known to be right: a wrong one is told at once.
const parts = () => import("./start-run.node.ts");

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
  await using _ = await claimFolder(folder);
  const { start, change, finished } = await startOf({ files, config }, options);
  if (change) yield { type: "problem", message: change };
  if (finished) {
    yield { type: "finished", ...finished };
    return;
  }
  const { openRuntime, openDataset, datasetNotes, openTask, recordRun, memory, placeOf, dataOf } = await parts();
  const { initFrom, signal } = options;
  await using runtime = await openRuntime(options);
  await using dataset = await openDataset(config.dataset);
  for (const message of datasetNotes(dataset)) yield { type: "problem", message };
  const task = await openTask(config, { dataset, runtime, initFrom, assets: start?.checkpoint.assets });
  yield* recordRun({
    config,
    task,
    runtime,
    files,
    start,
    memory,
    host: { ...placeOf(options), data: dataOf(dataset) },
    signal,
  });
}

/** Plans a run of this configuration, with the pace of three steps; nothing is written. */
export async function* dryTrainRun(
  configPath: string,
  options: Pick<TrainRunOptions, "device" | "threads" | "initFrom"> = {},
): AsyncGenerator<DryRunEvent, void, void> {
  const json = await readJson(configPath);
  const config = await parsed(json, configPath);
  const { openRuntime, openDataset, openTask, dryRun, peakMemory } = await parts();
  await using runtime = await openRuntime(options);
  await using dataset = await openDataset(config.dataset);
  const task = await openTask(config, { dataset, runtime, initFrom: options.initFrom });
  yield* dryRun({ config, task, runtime, preset: withPreset(json).changes, memory: peakMemory });
}

/** Start of the run. @throws AquatintError where a run would be overwritten or is missing. */
async function startOf(run: Parameters<typeof runStart>[0], { resume, initFrom }: TrainRunOptions): Promise<RunStart> {
  if (resume && initFrom) {
    throw new AquatintError("train/options", "--resume and --init-from cannot be given together", {
      hint: "--resume continues a run; --init-from starts a new one with a model's weights",
    });
  }
  return runStart(run, { resume });
}
