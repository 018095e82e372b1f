import { arch, cpus, platform, totalmem } from "node:os";
import { modelFiles } from "../../checkpoints/open.node.ts";
import { type Dataset, reportLines } from "../../data/dataset.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Device, Runtime } from "../../runtime/types.ts";
import type { TrainConfig } from "../config/config.ts";
import type { Task } from "../loop/task.ts";
import { createTask } from "../tasks/create-task.ts";
import { holdsOut } from "../tasks/sources.ts";
import type { Machine, SessionData } from "./events.ts";

export { prefetchedDataset as openDataset } from "../../data/prefetch.node.ts";
export { dryRun } from "./dry-run.ts";
export { recordRun } from "./recorder.ts";

/** Machine and devices of a run. */
interface RunPlace {
  readonly device?: Device | undefined;
  readonly threads?: number | undefined;
}

/** The runtime of a run, on a device. */
export const openRuntime = ({ device, threads }: RunPlace): Promise<Runtime> => nodeRuntime({ device, threads });

/** Memory of the process now, in MiB. */
export const memory = (): number => process.memoryUsage.rss() / 2 ** 20;

/** The highest memory of the process so far, in bytes. */
export const peakMemory = (): number => process.resourceUsage().maxRSS * 1024;

/** The machine and the threads, as `sessions.jsonl` holds them. */
export const placeOf = ({ threads }: RunPlace) => ({ machine: thisMachine(), threads });

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

/** The files of a dataset, as `sessions.jsonl` holds them. */
export const dataOf = ({ report }: Dataset): SessionData | undefined =>
  report?.contents === undefined
    ? undefined
    : { images: report.counts.train + report.counts["held-out"], contents: report.contents };

/** A sentence for each thing that the dataset could not use or leaves out. */
export const datasetNotes = (dataset: Dataset): readonly string[] => [
  ...(dataset.report ? reportLines(dataset.report) : []),
  ...(holdsOut(dataset) ? [] : ["no image is held out, so that nothing is evaluated"]),
];

interface TaskOptions {
  readonly dataset: Dataset;
  readonly runtime: Runtime;
  readonly initFrom?: string | undefined;
  readonly assets?: Readonly<Record<string, string>> | undefined;
}

/** The task of a configuration, with the weights that it begins with. */
export const openTask = async (config: TrainConfig, { initFrom, ...context }: TaskOptions): Promise<Task> =>
  createTask(config, {
    ...context,
    modelFiles,
    initFrom: initFrom === undefined ? undefined : await modelFiles(initFrom),
  });
