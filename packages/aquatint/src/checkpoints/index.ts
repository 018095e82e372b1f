/** Published checkpoints: folders, single files, LoRA, embeddings. */

export { type BoundWeights, bindWeights } from "./bind-weights.ts";
export type { Embedding } from "./embedding.ts";
export { blobFiles, type FileRange, type ModelFiles, memoryFiles, urlFiles } from "./files.ts";
export type { FolderOptions } from "./folder.ts";
export { type FileKind, identify } from "./identify.ts";
export { type Inspection, inspectCheckpoint, inspectFile } from "./inspect.ts";
export { type Lora, type LoraBranches, loraBranches, type ScaledLora } from "./lora/branches.ts";
export { componentOf, openModel, readNetwork, readTokenizer } from "./open.ts";
export { readJson, readTensors } from "./read.ts";
export type { FileHeader, Model, ModelComponent, TensorLocation, WeightFile } from "./types.ts";
