import type { GenerationParameters } from "aquatint/pipelines";
import { splitSampler } from "./samplers.ts";
import { type Settings, settingsSchema } from "./settings.ts";

/** The settings by which an image of this page was made; its seed is locked. */
export function recipeSettings(recipe: GenerationParameters, base: Settings): Settings {
  const { prompt, negative, seed, width, height, steps, guidance, strength } = recipe;
  return settingsSchema.parse({
    ...base,
    ...{ prompt, negative, seed: String(seed), seedLocked: true, width, height, steps, guidance },
    ...splitSampler(recipe.sampler),
    strength: strength ?? base.strength,
  });
}
