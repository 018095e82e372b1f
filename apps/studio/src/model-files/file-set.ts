import { externalBlobFiles, type ModelFiles } from "aquatint/checkpoints";

/** A file, or the files of a folder by their paths, as a visitor gave them. */
export interface FileSet {
  /** Name of the file or of the folder. */
  readonly name: string;
  readonly isFolder: boolean;
  /** By their paths in the folder; a single file by its name. */
  readonly files: ReadonlyMap<string, File>;
}

/** A weight file's name without its extension. */
export const stemOf = (name: string): string => name.replace(/(?<=.)\.(safetensors|sft)$/i, "");

/** A file of its own. */
export const singleFile = (file: File): FileSet => ({
  name: file.name,
  isFolder: false,
  files: new Map([[file.name, file]]),
});

/** Names of files that say nothing of what is in them. */
const GENERAL = /^(pytorch_lora_weights|diffusion_pytorch_model|model|learned_embeds)\b/;

/** The name of a weight file of a folder or a repository: that of the folder where the file's own says nothing. */
export const tellingName = (file: string, folder: string): string =>
  GENERAL.test(file) ? `${folder}.safetensors` : file;

/**
 * A folder's files; those of the model where the folder holds one model in a folder of its own; the weight file where it holds
 * one and no model, as of a LoRA beside its preview.
 */
export function folderOf(name: string, files: ReadonlyMap<string, File>): FileSet {
  const weights = weightsIn(files.keys());
  const [only = ""] = weights.length === 1 && ![...files.keys()].some((path) => CONFIG.test(path)) ? weights : [];
  const single = files.get(only);
  if (single) return { ...singleFile(single), name: tellingName(single.name, name) };
  const indexes = [...files.keys()].filter((path) => /(^|\/)model_index\.json$/.test(path));
  const root = indexes.length === 1 ? indexes[0]!.slice(0, -"model_index.json".length) : "";
  if (root === "") return { name, isFolder: true, files };
  const inside = Array.from(files).filter(([path]) => path.startsWith(root));
  const shorter = inside.map(([path, file]) => [path.slice(root.length), file] as const);
  return { name: root.split("/").at(-2) ?? name, isFolder: true, files: new Map(shorter) };
}

const CONFIG = /(^|\/)(model_index|config)\.json$/;

/** The paths of weight files. */
export const weightsIn = (paths: Iterable<string>): readonly string[] =>
  [...paths].filter((path) => /\.(safetensors|sft)$/i.test(path));

/** A file set as the library reads it: weights stay where they lie. */
export function modelFilesOf({ name, isFolder, files }: FileSet): ModelFiles {
  const [file] = files.values();
  return !isFolder && file ? externalBlobFiles(file) : externalBlobFiles(files, name);
}

/** Bytes of all files. */
export const bytesOf = ({ files }: FileSet): number =>
  Array.from(files.values()).reduce((sum, { size }) => sum + size, 0);
