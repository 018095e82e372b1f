import type { ModelFiles } from "../../checkpoints/files.ts";
import type { Model } from "../../checkpoints/types.ts";
import { clipVocabulary } from "../../tokenizers/published.ts";
import type { TextToImageModel } from "../model/model-folder.ts";
import { textToImageModel } from "../model/text-to-image-model.ts";
import type { AdapterFiles } from "./adapters.node.ts";

/** Files that are opened beside a model, and the motion modules of its U-Net. */
export interface MotionAdapterFiles extends AdapterFiles {
  /** Folder or file of an AnimateDiff adapter, for a model that makes clips; or what was opened and holds one. */
  readonly motion?: string | Model | undefined;
}

/**
 * A published model as one that makes images of a prompt, with another autoencoder, LoRAs and textual inversions beside it, or
 * clips with motion modules in it; its weights stay in their files. The code of each is loaded where there is one.
 * @throws AquatintError "model/…", "motion/…", "lora/…" or "embedding/…".
 */
export async function adaptedModel(opened: Model, { vae, motion, ...files }: MotionAdapterFiles = {}) {
  const published = vae === undefined ? opened : await (await import("./adapters.node.ts")).withVae(opened, vae);
  const images = await textToImageModel(published, { vocabulary: clipVocabulary });
  const model = motion === undefined ? images : await withMotion(images, motion);
  const { loras = [], embeddings = [], fewSteps = false } = files;
  return fewSteps || loras.length + embeddings.length > 0 ? withFiles(model, files, published.files) : model;
}

async function withMotion(model: TextToImageModel, motion: string | Model): Promise<TextToImageModel> {
  const { motionModules, withMotionModules } = await import("./motion.ts");
  const { openMotionModules } = await import("./motion.node.ts");
  const modules = typeof motion === "string" ? openMotionModules(motion) : motionModules(motion);
  return withMotionModules(model, await modules);
}

async function withFiles(
  model: TextToImageModel,
  files: AdapterFiles,
  modelFiles: ModelFiles,
): Promise<TextToImageModel> {
  const { openAdapters } = await import("./adapters.node.ts");
  const adapters = await openAdapters(files);
  if (files.fewSteps) return (await import("./few-steps.ts")).withFewSteps(model, { files: modelFiles, adapters });
  return (await import("./add-adapters.ts")).addAdapters(model, adapters);
}
