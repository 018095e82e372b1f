import type { Model } from "../../checkpoints/types.ts";
import { type Adapters, withAdapters } from "../../nn/lora.ts";
import { clipVocabulary } from "../../tokenizers/published.ts";
import { type AdapterFiles, openAdapters } from "./adapters.node.ts";
import type { AdaptedTrace } from "./adapters.ts";
import { boundModel, type TextToImageModel } from "./model-folder.ts";
import { openMotionModules } from "./motion.node.ts";
import { motionModules, withMotionModules } from "./motion.ts";
import { textToImageModel } from "./text-to-image-model.ts";

/** Files that are opened beside a model, and the motion modules of its U-Net. */
export interface MotionAdapterFiles extends AdapterFiles {
  /** Folder or file of an AnimateDiff adapter, for a model that makes clips; or what was opened and holds one. */
  readonly motion?: string | Model | undefined;
}

const motionOf = async (motion: string | Model) =>
  typeof motion === "string" ? openMotionModules(motion) : motionModules(motion);

/**
 * A published model as one that makes images of a prompt, with LoRAs and textual inversions beside it, or clips with motion
 * modules in it; its weights stay in their files. @throws AquatintError "model/…", "motion/…", "lora/…" or "embedding/…".
 */
export async function adaptedModel(opened: Model, files: MotionAdapterFiles = {}): Promise<TextToImageModel> {
  const { motion } = files;
  const images = await textToImageModel(opened, { vocabulary: clipVocabulary });
  const model = motion === undefined ? images : withMotionModules(images, await motionOf(motion));
  const { branches, loras, embeddings, notes } = await openAdapters(files, model.modules);
  return boundModel({
    ...model,
    parameters: new Map([...model.parameters, ...branches.parameters]),
    locations: new Map([...model.locations, ...branches.weights]),
    adapters: new Map(Array.from(branches.adapters, ([network, adapters]) => [network, adaptedTrace(adapters)])),
    loras,
    embeddings,
    notes: [...(model.notes ?? []), ...notes],
  });
}

const adaptedTrace =
  (adapters: Adapters): AdaptedTrace =>
  (trace) =>
    withAdapters(adapters, trace);
