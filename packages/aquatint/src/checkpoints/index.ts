/** Published checkpoints: folders, single files, LoRA, embeddings. */

export type { Embedding } from "./embedding.ts";
export { type CheckpointSource, type FolderOptions, folderCheckpoint } from "./folder.ts";
export { type FileKind, identify } from "./identify.ts";
export { type Inspection, inspectCheckpoint, inspectFile } from "./inspect.ts";
export { type Lora, type LoraBranches, loraBranches, type ScaledLora } from "./lora/branches.ts";
export { bareCheckpoint } from "./single-file/bare.ts";
export { type FileHeader, singleFileCheckpoint } from "./single-file/single-file.ts";
export type { Checkpoint, CheckpointComponent, Family, WeightPlace } from "./types.ts";
