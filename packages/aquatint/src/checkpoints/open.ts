import { AquatintError } from "../errors.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { HostTensor } from "../graph/types.ts";
import type { ModelClassName } from "../models/classes.ts";
import { expectKeys } from "../nn/module.ts";
import { type TokenizerFiles, tokenizerFileNames } from "../tokenizers/files.ts";
import { type ModelFiles, pathIn } from "./files.ts";
import { type FolderOptions, folderModel } from "./folder.ts";
import { optional, readHeader, readTensors, readTextOf } from "./read.ts";
import type { Model } from "./types.ts";

/**
 * Opens a model: a folder in the published layout, an original single file, or one network in a folder or file of its own.
 * Headers and configs are read, each once; no weight is. @throws AquatintError that says what the files are instead.
 */
export async function openModel(files: ModelFiles, options: FolderOptions = {}): Promise<Model> {
  if (files.file === undefined) return folderModel(files, options);
  const { fileModel } = await import("./file-model.ts"); // tables of other programs' names, which no folder needs
  return fileModel(files, { ...options, file: await readHeader(files, files.file) });
}

/** A tokenizer's files in a model's folder ("" is its root); undefined where there is none. @throws AquatintError "file/…". */
export async function readTokenizer(
  { files, layout }: Pick<Model, "files" | "layout">,
  folder: string,
): Promise<TokenizerFiles | undefined> {
  if (layout === "single-file") return undefined;
  const vocabulary = await optional(readTextOf(files, pathIn(folder, "vocab.json")));
  if (vocabulary === undefined) return undefined;
  const texts = tokenizerFileNames.map(async (file) => {
    if (file === "vocab.json") return [file, vocabulary] as const;
    const text = readTextOf(files, pathIn(folder, file));
    return [file, file === "special_tokens_map.json" ? ((await optional(text)) ?? "{}") : await text] as const;
  });
  return Object.fromEntries(await Promise.all(texts)) as TokenizerFiles;
}

/** A network of a model by its class. @throws AquatintError "model/class" where the model has none. */
export function componentOf({ name, components }: Model, className: ModelClassName) {
  const component = [...components.values()].find((entry) => entry.className === className);
  if (component) return component;
  const classNames = Array.from(components.values(), (entry) => entry.className).join(", ") || "nothing that is known";
  throw new AquatintError("model/class", `${name} holds ${classNames}, expected ${className}`, {
    hint: "give the folder of the model that was trained for this",
  });
}

/** The weights of a network of a model, widened to float32. @throws AquatintError "model/class", or CheckpointError where they are not the module's. */
export async function readNetwork(
  model: Model,
  className: ModelClassName,
  parameters: ReadonlyMap<string, Tensor>,
): Promise<Map<string, HostTensor>> {
  const { weights } = componentOf(model, className);
  expectKeys(model.name, parameters, weights);
  return readTensors(weights);
}
