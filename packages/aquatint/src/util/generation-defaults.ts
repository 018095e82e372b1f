import type { JsonObject } from "./json.ts";

/** Defaults of a generation: steps of the sampler, 1 .. T, and the scale of classifier-free guidance, 0 or more. */
export interface GenerationDefaults {
  readonly steps: number;
  readonly guidance: number;
  /** The form of the model that takes few steps, where it has one. */
  readonly fewSteps?: FewSteps | undefined;
}

/** A LoRA that makes a model need few steps, and the defaults with it. */
export interface FewSteps {
  /** Path of the LoRA in the model's folder. */
  readonly lora: string;
  readonly steps: number;
  readonly guidance: number;
  /** Keys that replace those of the model's scheduler config. */
  readonly scheduler: JsonObject;
}

/** The choices for our own small models. */
export const trainedGeneration: GenerationDefaults = { steps: 50, guidance: 2 };
