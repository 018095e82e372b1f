import { openLora } from "../../checkpoints/lora/open.node.ts";
import { openEmbedding, openModel } from "../../checkpoints/open.node.ts";
import type { Model } from "../../checkpoints/types.ts";
import { type OpenedAdapters, replaceVae } from "./add-adapters.ts";

/** A LoRA's file. */
export interface LoraFile {
  readonly file: string;
  /** Scale of its branches; 1 if absent. */
  readonly scale?: number | undefined;
}
/** A textual inversion's file. */
export interface EmbeddingFile {
  readonly file: string;
  /** The word that calls it in a prompt; the one in the file, or the file's name, if absent. */
  readonly word?: string | undefined;
}
/** Files that are opened beside a model. */
export interface AdapterFiles {
  /** Folder or file of the autoencoder that takes the place of the model's own. */
  readonly vae?: string | undefined;
  readonly loras?: readonly LoraFile[] | undefined;
  readonly embeddings?: readonly EmbeddingFile[] | undefined;
  /** True for the model's own form of few steps, with the LoRA in its folder. */
  readonly fewSteps?: boolean | undefined;
}

/** Opens LoRAs and textual inversions. @throws AquatintError "file/…", "lora/…" or "checkpoint/embedding". */
export async function openAdapters({ loras = [], embeddings = [] }: AdapterFiles): Promise<OpenedAdapters> {
  return {
    loras: await Promise.all(loras.map(async ({ file, scale }) => ({ lora: await openLora(file), scale }))),
    embeddings: await Promise.all(
      embeddings.map(async ({ file, word }) => ({ ...(await openEmbedding(file)), file, word })),
    ),
  };
}

/** The model with the autoencoder of another folder or file. @throws AquatintError "model/parts" where that has none. */
export const withVae = async (model: Model, path: string): Promise<Model> => replaceVae(model, await openModel(path));
