import { AquatintError, type Model, openModel, type TextToImageModel, textToImageModel } from "aquatint";
import { type FileHeader, identify, inspectCheckpoint, inspectFile } from "aquatint/checkpoints";
import { clipVocabulary } from "aquatint/clip";
import { familyFacts } from "aquatint/models";
import { addControlNets, controlNetOf, replaceVae } from "aquatint/pipelines";
import { asFailure, type EngineFailure } from "../engine/failure.ts";
import type { DeviceLimits } from "./device-limits.ts";
import { bytesOf, type FileSet, modelFilesOf, weightsIn } from "./file-set.ts";
import { type Fit, fitOf } from "./fit.ts";
import { headerOf, withAdapters } from "./open-source.ts";
import { triggerWords } from "./trigger-words.ts";

/** Uses of a file: a whole model, or what stands beside one. */
export type FileUse = "model" | "lora" | "embedding" | "vae" | "controlnet";

/** A network of a model. */
export interface PartReport {
  readonly name: string;
  readonly parameters: number;
  readonly bytes: number;
  /** Element types of its tensors, the most frequent first: "F16". */
  readonly types: readonly string[];
}

/** What a file or folder is. */
export interface FileReport {
  readonly use: FileUse;
  /** "Stable Diffusion XL"; undefined where the weights are of none of the known ones. */
  readonly family: string | undefined;
  readonly bytes: number;
  readonly parts: readonly PartReport[];
  /** Words that call it: a LoRA's trigger words, an embedding's own. */
  readonly words: readonly string[];
  readonly notes: readonly string[];
  /** How a model fits this browser; absent for what stands beside one. */
  readonly fit?: Fit | undefined;
}

/** Options of `fileReport`. */
export interface ReportContext {
  readonly limits: DeviceLimits;
}

/** Says what a file or folder is, from its headers. @throws AquatintError that says what it is instead. */
export async function fileReport(set: FileSet, { limits }: ReportContext): Promise<FileReport> {
  if (!set.isFolder) {
    const file = await headerOf(set);
    const { kind } = identify(file.header);
    if (kind === "lora" || kind === "embedding") return adapterReport(set, file, kind);
  }
  const model = await openModel(modelFilesOf(set)).catch((error: AquatintError) => {
    throw error.code === "model/not-a-model" ? noModel(set) : error;
  });
  const { components } = model;
  const classes = Array.from(components.values(), ({ className }) => className);
  if (classes.includes("MotionAdapter") && !components.has("unet")) throw motionAdapter(set);
  if (components.has("unet") && components.size > 1) return modelReport(set, model, limits);
  const use = components.has("controlnet") ? "controlnet" : components.has("vae") ? "vae" : "model";
  if (use === "model") await textToImageModel(model); // says which part it lacks
  return { ...partsOf(set, model), use };
}

/** The refusal of a folder that is no model's, by what is in it. */
function noModel({ name, files }: FileSet): AquatintError {
  const paths = [...files.keys()];
  const models = paths.flatMap((path) => /^(.*)\/model_index\.json$/.exec(path)?.[1] ?? []);
  const choices = models.length > 0 ? models : weightsIn(paths);
  const list = choices.slice(0, 3).join(", ") + (choices.length > 3 ? ", …" : "");
  const what = models.length > 0 ? "models" : "files of weights";
  if (choices.length === 0) {
    return new AquatintError("studio/folder", `${name} holds no model and no .safetensors file`, {
      hint: "take the folder with model_index.json, or a .safetensors file; browsers follow no links, of which the Hub's cache is made",
    });
  }
  return new AquatintError("studio/folder", `${name} is no model, but holds ${choices.length} ${what}: ${list}`, {
    hint: "take the ones that you want; several can be dropped together",
  });
}

const motionAdapter = ({ name }: FileSet) =>
  new AquatintError("studio/motion-adapter", `${name} is a motion adapter, which makes clips and no images`, {
    hint: "choose Video below the prompt, and open it in the settings",
  });

async function modelReport(set: FileSet, model: Model, limits: DeviceLimits): Promise<FileReport> {
  const images = await textToImageModel(model, { vocabulary: clipVocabulary });
  return { ...partsOf(set, model), use: "model", fit: await fitOf(images, limits) };
}

function partsOf(set: FileSet, model: Model) {
  const { family, components, notes = [] } = inspectCheckpoint(model);
  return {
    family: family ? familyFacts(family).title : undefined,
    bytes: bytesOf(set),
    parts: components.map(({ name, parameters, bytes, dtypes }) => ({
      ...{ name, parameters, bytes },
      types: Object.entries(dtypes)
        .sort(([, a], [, b]) => b - a)
        .map(([type]) => type),
    })),
    words: [],
    notes,
  };
}

function adapterReport(set: FileSet, file: FileHeader, use: "lora" | "embedding"): FileReport {
  const { lora, embedding, parameters, bytes, dtypes, notes = [] } = inspectFile(file, { name: set.name });
  const word = embedding?.token ?? set.name.replace(/\.[^.]*$/, "");
  const words = use === "embedding" ? [word] : [...(lora?.words ?? []), ...triggerWords(file.header.metadata)];
  const types = Object.keys(dtypes);
  return {
    ...{ use, family: undefined, bytes: bytesOf(set), words, notes },
    parts: [
      { name: lora ? `${lora.methods.join(", ")}, rank ${lora.ranks.join(", ")}` : use, parameters, bytes, types },
    ],
  };
}

/** What a file stands beside a model as. */
export interface Companion {
  readonly use: Exclude<FileUse, "model">;
  readonly files: FileSet;
}

/** Whether a file fits a model: undefined, or why not. */
export async function misfit(
  { use, files }: Companion,
  { model, images }: { readonly model: Model; readonly images: TextToImageModel },
): Promise<EngineFailure | undefined> {
  const checks = {
    lora: () => withAdapters(images, { loras: [files], embeddings: [] }),
    embedding: () => withAdapters(images, { loras: [], embeddings: [files] }),
    vae: async () =>
      textToImageModel(replaceVae(model, await openModel(modelFilesOf(files))), { vocabulary: clipVocabulary }),
    controlnet: async () => addControlNets(images, [controlNetOf(await openModel(modelFilesOf(files)))]),
  } satisfies Record<Companion["use"], () => Promise<unknown>>;
  return checks[use]().then(
    () => undefined,
    (error: AquatintError) => asFailure(error),
  );
}
