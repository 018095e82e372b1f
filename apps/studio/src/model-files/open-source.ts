import { type Model, openModel, type TextToImageModel, textToImageModel } from "aquatint";
import { embeddingOf, type FileHeader, readHeader, readLora } from "aquatint/checkpoints";
import { clipVocabulary } from "aquatint/clip";
import {
  addAdapters,
  addControlNets,
  controlNetOf,
  type OpenedAdapters,
  replaceVae,
  withFewSteps,
} from "aquatint/pipelines";
import { type FileSet, modelFilesOf, weightsIn } from "./file-set.ts";
import type { ModelPrecision } from "./precision.ts";

/** A model of a visitor's files, with what stands beside it. */
export interface ModelSource {
  /** The default model where absent. */
  readonly model?: FileSet | undefined;
  /** SHA-256 of the model's file, where it is known. */
  readonly modelHash?: string | undefined;
  /** The device's own choice where absent. */
  readonly precision?: ModelPrecision | undefined;
  readonly vae?: FileSet | undefined;
  readonly loras: readonly FileSet[];
  readonly embeddings: readonly FileSet[];
  readonly controls: readonly FileSet[];
}

/** The only file of a set, or the one with weights. */
function weightsPath({ files }: FileSet): string {
  const paths = [...files.keys()];
  return weightsIn(paths)[0] ?? paths[0] ?? "";
}

/** Header of the weights of a set that is one file, or a folder with one in it. */
export const headerOf = (set: FileSet): Promise<FileHeader> => readHeader(modelFilesOf(set), weightsPath(set));

/** Options of `withCompanions`. */
export interface CompanionOptions {
  /** Made before LoRAs are put beside the networks. */
  readonly change?: ((images: TextToImageModel) => TextToImageModel) | undefined;
  /** True for the model's own form for few steps. */
  readonly fewSteps?: boolean | undefined;
}

/** Puts what a source holds beside a model, or in place of its parts; no weight is read. @throws AquatintError that names the file. */
export async function withCompanions(
  published: Model,
  source: ModelSource,
  { change = (images) => images, fewSteps = false }: CompanionOptions = {},
): Promise<TextToImageModel> {
  const opened = source.vae ? replaceVae(published, await openModel(modelFilesOf(source.vae))) : published;
  const images = change(await textToImageModel(opened, { vocabulary: clipVocabulary }));
  const model = fewSteps
    ? await withFewSteps(images, { files: published.files, adapters: await openedAdapters(source) })
    : await withAdapters(images, source);
  if (source.controls.length === 0) return model;
  const controls = source.controls.map(async (set) => controlNetOf(await openModel(modelFilesOf(set))));
  return addControlNets(model, await Promise.all(controls));
}

/** The model with LoRAs and textual inversions. @throws AquatintError where one is not for it. */
export async function withAdapters(model: TextToImageModel, source: AdapterSets): Promise<TextToImageModel> {
  if (source.loras.length + source.embeddings.length === 0) return model;
  return addAdapters(model, await openedAdapters(source));
}

type AdapterSets = Pick<ModelSource, "loras" | "embeddings">;

async function openedAdapters({ loras, embeddings }: AdapterSets): Promise<OpenedAdapters> {
  return {
    loras: await Promise.all(
      loras.map(async (set) => ({ lora: await readLora(await headerOf(set), { name: set.name }) })),
    ),
    embeddings: await Promise.all(
      embeddings.map(async (set) => ({ ...embeddingOf(await headerOf(set), { name: set.name }), file: set.name })),
    ),
  };
}
