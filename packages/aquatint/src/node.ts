/** The parts that need Node: files, the runtime in a worker thread, and everything in one call. */
export { diskFiles } from "./checkpoints/files.node.ts";
export { openLora } from "./checkpoints/lora/open.node.ts";
export { openEmbedding, openFileHeader, openModel } from "./checkpoints/open.node.ts";
export { openDataset, readDatasetConfig } from "./data/dataset.node.ts";
export { type PrefetchedDataset, prefetchedDataset } from "./data/prefetch.node.ts";
export {
  fileError,
  readBytes,
  readSafetensors,
  readSafetensorsHeader,
  readText,
  writeFileAtomic,
  writeSafetensors,
} from "./formats/files.node.ts";
export { type EncodeOptions, encodeImage, type ImageFormat, imageFormats } from "./formats/image/encode.node.ts";
export { readImage } from "./formats/image/read-image.node.ts";
export { importSharp, type SharpFactory } from "./formats/image/sharp.node.ts";
export { type PullEvent, type PullOptions, pull } from "./hub/pull.node.ts";
export * from "./pipelines/default-model.node.ts";
export * from "./pipelines/generate.node.ts";
export { modelHash, modelLabel } from "./pipelines/metadata/model-hash.node.ts";
export type { Drawings, RunReportInput } from "./runs/drawings.node.ts";
export { findRuns, foundFiles, openRun, openRuns, type RunEntry as FoundRun } from "./runs/find.node.ts";
export { type ReportEvent, type ReportOptions, reportedRun, writeRunReport } from "./runs/reported-run.node.ts";
export type { RunData, RunState, RunSummary } from "./runs/run.ts";
export { nodeRuntime } from "./runtime/runtime.node.ts";
export type { DryRunEvent, DryRunPace } from "./train/run/dry-run.ts";
export type {
  EvaluationRecord,
  Machine,
  RunEvent,
  RunProblem,
  SessionRecord,
  StepRecord,
} from "./train/run/events.ts";
export { dryTrainRun, readTrainConfig, type TrainRunOptions, trainRun } from "./train/run/run.node.ts";
