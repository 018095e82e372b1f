import type { Model } from "../../checkpoints/types.ts";
import { clipVocabulary } from "../../tokenizers/published.ts";
import { type AdapterFiles, openAdapters } from "./adapters.node.ts";
import { boundModel, type TextToImageModel } from "./model-folder.ts";
import { textToImageModel } from "./text-to-image-model.ts";

/**
 * A published model as one that makes images of a prompt, with LoRAs and textual inversions beside it; its weights
 * stay in their files. @throws AquatintError "model/…", "lora/…" or "embedding/…".
 */
export async function adaptedModel(opened: Model, files: AdapterFiles = {}): Promise<TextToImageModel> {
  const model = await textToImageModel(opened, { vocabulary: clipVocabulary });
  const { branches, loras, embeddings, notes } = await openAdapters(files, model.modules);
  return boundModel({
    ...model,
    parameters: new Map([...model.parameters, ...branches.parameters]),
    locations: new Map([...model.locations, ...branches.weights]),
    adapters: branches.adapters,
    loras,
    embeddings,
    notes: [...(model.notes ?? []), ...notes],
  });
}
