import { AquatintError } from "../errors.ts";
import { type Embedding, embeddingOf } from "./embedding.ts";
import { diskFiles } from "./files.node.ts";
import type { ModelFiles } from "./files.ts";
import type { FolderOptions } from "./folder.ts";
import { openModel as openFiles } from "./open.ts";
import { readHeader } from "./read.ts";
import type { FileHeader, Model } from "./types.ts";

/**
 * Opens a model from a path of this machine's disk or from files: a folder in the published layout, an original single file,
 * or one network in a folder or file of its own. Headers and configs are read, each once; no weight is.
 * @throws AquatintError "model/missing" where nothing lies at the path, or another that says what the files are instead.
 */
export async function openModel(model: string | ModelFiles, options: FolderOptions = {}): Promise<Model> {
  const files = typeof model === "string" ? await modelFiles(model) : model;
  const { variant } = options;
  if (!variant?.endsWith(".safetensors")) return openFiles(files, options);
  const { withQuantizedWeights } = await import("./quantized/variant.ts");
  return withQuantizedWeights(await openFiles(files), await modelFiles(variant));
}

/** The files at a path of this machine's disk. @throws AquatintError "model/missing" where there is nothing. */
export async function modelFiles(path: string): Promise<ModelFiles> {
  return diskFiles(path).catch((error: unknown) => {
    if (!(error instanceof AquatintError) || error.code !== "file/missing") throw error;
    throw new AquatintError("model/missing", `there is no model at ${path}`, {
      hint: "give the folder of a model, the one that holds model_index.json, or a .safetensors file; aquatint pull downloads one from the Hugging Face Hub",
      cause: error,
    });
  });
}

/** A safetensors file of this machine's disk with its checked header; links are followed. */
export async function openFileHeader(path: string): Promise<FileHeader> {
  const files = await diskFiles(path);
  if (files.file === undefined) {
    throw new AquatintError("file/is-folder", `cannot read ${path}: it is a folder, expected a file`, {
      hint: "name a file inside it",
    });
  }
  return readHeader(files, files.file);
}

/** Opens a textual-inversion embedding. */
export async function openEmbedding(path: string): Promise<Embedding> {
  return embeddingOf(await openFileHeader(path), { name: path });
}
