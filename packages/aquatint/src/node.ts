/** The parts that need Node: files, the runtime in a worker thread, and everything in one call. */
export { openLora } from "./checkpoints/lora/node.ts";
export {
  type BoundWeights,
  bindWeights,
  diskSource,
  openCheckpoint,
  openEmbedding,
  openFileHeader,
  readWeights as readCheckpointWeights,
} from "./checkpoints/node.ts";
export { openDataset } from "./data/node.ts";
export { type PrefetchedDataset, prefetchedDataset } from "./data/node-prefetch.ts";
export { readSafetensors, readSafetensorsHeader, writeFileAtomic, writeSafetensors } from "./formats/node.ts";
export { type EncodeOptions, encodePicture, type PictureFormat, pictureFormats } from "./formats/node-encode.ts";
export { readPicture } from "./formats/node-picture.ts";
export { type PullEvent, type PullOptions, pull } from "./hub/node.ts";
export * from "./pipelines/node.ts";
export { modelHash, modelLabel } from "./pipelines/node-recipe.ts";
export { type ReportEvent, type ReportOptions, reportedRun, writeRunReport } from "./runs/node.ts";
export { type FoundRun, findRuns } from "./runs/node-find.ts";
export type { RunData, RunState, RunSummary } from "./runs/run.ts";
export { type MappedWeight, mappedWeights } from "./runtime/mapped-weights.node.ts";
export { nodeRuntime } from "./runtime/runtime.node.ts";
export type { DryRunEvent, DryRunPace } from "./train/dry-run.ts";
export type {
  EvaluationRecord,
  Machine,
  RunEvent,
  RunProblem,
  SessionRecord,
  StepRecord,
} from "./train/events.ts";
export { dryTrainRun, readTrainConfig, type TrainRunOptions, trainRun } from "./train/node.ts";
