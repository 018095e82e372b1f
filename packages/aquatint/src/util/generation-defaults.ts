import type { JsonObject } from "./json.ts";

/** Defaults of a generation: steps of the sampler, 1 .. T, and the scale of classifier-free guidance, 0 or more. */
export interface GenerationDefaults {
  readonly steps: number;
  readonly guidance: number;
  /** Description of the model's form for few steps, which `fewStepsOf` reads; absent where it has none. */
  readonly fewSteps?: JsonObject | undefined;
}

/** The choices for our own small models. */
export const trainedGeneration: GenerationDefaults = { steps: 50, guidance: 2 };
