/** The parts that need Node: files, the runtime in a worker thread, and everything in one call. */
export {
  type BoundWeights,
  bindWeights,
  diskSource,
  openCheckpoint,
  openEmbedding,
  openFileHeader,
  openLora,
  readWeights as readCheckpointWeights,
} from "./checkpoints/node.ts";
export { openDataset } from "./data/node.ts";
export { type PrefetchedDataset, prefetchedDataset } from "./data/node-prefetch.ts";
export { readSafetensors, readSafetensorsHeader, writeFileAtomic, writeSafetensors } from "./formats/node.ts";
export { type PullEvent, type PullOptions, pull } from "./hub/node.ts";
export * from "./pipelines/node.ts";
export { nodeRuntime } from "./runtime/node.ts";
export type { DryRunEvent, DryRunPace } from "./train/dry-run.ts";
export type { RunEvent, RunProblem, StepRecord } from "./train/events.ts";
export { dryTrainRun, readTrainConfig, type TrainRunOptions, trainRun } from "./train/node.ts";
