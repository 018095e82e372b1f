/** Kinds of files in the model folders. */
export const modelKinds = ["model", "lora", "embedding", "controlnet", "vae", "motion"] as const;
/** A kind of file in the model folders. */
export type ModelKind = (typeof modelKinds)[number];

/** What a catalog is made of. */
export interface CatalogOptions {
  /** Folders or files of models, which come first. */
  readonly models: readonly string[];
  /** Variant of the weights of every model that has them, or a file of weights in 8 bits of a single model. */
  readonly variant?: string | undefined;
  /** Folders as the web UI or ComfyUI lay them out: "models/Stable-diffusion", "models/checkpoints". */
  readonly folders: readonly string[];
}
