/** The parts that need Node: files, the runtime in a worker thread, and everything in one call. */
export { diskFiles } from "./checkpoints/files.node.ts";
export { openLora } from "./checkpoints/lora/open.node.ts";
export { openEmbedding, openFileHeader, openModel } from "./checkpoints/open.node.ts";
export { type NodeDataOptions, openDataset, readDatasetConfig } from "./data/dataset.node.ts";
export { type PrefetchedDataset, prefetchedDataset } from "./data/prefetch.node.ts";
export {
  fileError,
  readBytes,
  readSafetensors,
  readSafetensorsHeader,
  readText,
  writeFileAndFolder,
  writeFileAtomic,
  writeSafetensors,
} from "./formats/files.node.ts";
export { makeFolder } from "./formats/folders.node.ts";
export { type EncodeOptions, encodeImage, type ImageFormat, imageFormats } from "./formats/image/encode.node.ts";
export { decodeImage, type ReadLimits, readImage, readStillImage } from "./formats/image/read-image.node.ts";
export { importSharp, type SharpFactory } from "./formats/image/sharp.node.ts";
export { exclusiveLock } from "./formats/lock.node.ts";
export type { Clip, ClipFile } from "./formats/video/clip.ts";
export { type VideoFormatName, videoFormats, type WriteClipOptions, writeClip } from "./formats/video/encode.node.ts";
export type { ClipSettings, VideoFormat } from "./formats/video/format.ts";
export { type ReadClipOptions, readClip } from "./formats/video/read-clip.node.ts";
export type { Environment } from "./hub/cache.node.ts";
export type { ChooseOptions } from "./hub/choose.ts";
export { type PullEvent, type PullOptions, pull } from "./hub/pull.node.ts";
export type { AdapterFiles, EmbeddingFile, LoraFile } from "./pipelines/adapters/adapters.node.ts";
export { DEFAULT_MODEL_PACKAGE, type DefaultModelOptions, defaultModelFolder } from "./pipelines/default-model.node.ts";
export {
  type GenerateOptions,
  type Generation,
  type GenerationEngineOptions,
  type GenerationEvent,
  generate,
  type OpenOptions,
  openTextToImage,
  prepareGeneration,
} from "./pipelines/generate.node.ts";
export {
  type GenerateVideoOptions,
  generateVideo,
  type OpenVideoOptions,
  openTextToVideo,
  prepareVideo,
  type VideoGeneration,
  type VideoGenerationEvent,
} from "./pipelines/generate-video.node.ts";
export { modelHash, modelLabel } from "./pipelines/metadata/model-hash.node.ts";
export type { Precision } from "./pipelines/model/precision-names.ts";
export type { EngineEvent } from "./pipelines/network/shared-engine.node.ts";
export type { PreviewKind, PreviewOptions } from "./pipelines/preview/preview.node.ts";
export {
  calibrationPrompts,
  type QuantizedLayerReport,
  type QuantizeOptions,
  type QuantizeReport,
  quantize,
} from "./pipelines/quantize/quantize.node.ts";
export { MAX_BATCH, MAX_COUNT } from "./pipelines/text-to-image/options.ts";
export type { Drawings, RunReportInput } from "./runs/drawings.node.ts";
export { findRuns, foundFiles, openRun, openRuns, type RunEntry } from "./runs/find.node.ts";
export { type ReportEvent, type ReportOptions, reportedRun, writeRunReport } from "./runs/reported-run.node.ts";
export type { PackedEvent } from "./runtime/packed/runtime.node.ts";
export { nodeRuntime } from "./runtime/runtime.node.ts";
export type { DryRunEvent, DryRunPace } from "./train/run/dry-run.ts";
export { dryTrainRun, readTrainConfig, type TrainRunOptions, trainRun } from "./train/run/run.node.ts";
