/** Published checkpoints: folders, single files, LoRA, embeddings. */

export { type BoundWeights, bindWeights } from "./bind-weights.ts";
export { type Embedding, embeddingOf } from "./embedding.ts";
export { blobFiles, externalBlobFiles, type FileRange, type ModelFiles, memoryFiles, urlFiles } from "./files.ts";
export type { FolderOptions } from "./folder.ts";
export { type FileKind, identify } from "./identify.ts";
export { type ComponentReport, type Inspection, inspectCheckpoint, inspectFile, type LoraReport } from "./inspect.ts";
export { type AdaptedNetworks, type Lora, type LoraBranches, loraBranches, type ScaledLora } from "./lora/branches.ts";
export { type ExtractedLora, type ExtractLoraOptions, extractLora } from "./lora/extract.ts";
export type { LoraLayer } from "./lora/file.ts";
export type { LoraFault, LoraTensors, Method } from "./lora/method.ts";
export { type ReadLoraOptions, readLora } from "./lora/read.ts";
export { componentOf, openModel, readNetwork, readTokenizer } from "./open.ts";
export { readHeader, readJson, readTensors } from "./read.ts";
export type { FileHeader, Model, ModelComponent, QuantizedParts, TensorLocation, WeightFile } from "./types.ts";
