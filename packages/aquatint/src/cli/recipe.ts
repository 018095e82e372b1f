import { resolve, sep } from "node:path";
import { samplerNamed } from "../diffusion/registry.ts";
import type { GeneratorName } from "../math/generators.ts";
import { drawDefaults, type NoiseKind } from "../pipelines/draws.ts";
import type { TextToImagePlan } from "../pipelines/text-to-image.ts";
import { version } from "./version.ts";

/** Everything that makes a picture again, as it is stored in its file. */
export interface Recipe {
  readonly prompt: string;
  readonly negative: string;
  readonly seed: number;
  readonly steps: number;
  readonly sampler: string;
  readonly guidance: number;
  /** Only where guidance is rescaled. */
  readonly guidanceRescale?: number;
  readonly rng: GeneratorName;
  /** Only where it is not fresh. */
  readonly noise?: NoiseKind;
  readonly width: number;
  readonly height: number;
  /** The last two names of the model folder's path: where on a disk it lies is nobody's business. */
  readonly model: string;
  /** aquatint's. */
  readonly version: string;
}

/** The recipe of a planned picture. */
export const recipeOf = (plan: TextToImagePlan, modelFolder: string): Recipe => ({
  prompt: plan.prompt,
  negative: plan.negative,
  seed: Number(plan.seed),
  steps: plan.levels.length - 1,
  sampler: plan.samplerName,
  guidance: plan.guidance,
  ...(plan.guidanceRescale > 0 && { guidanceRescale: plan.guidanceRescale }),
  rng: plan.rng,
  ...(plan.noise !== drawDefaults.noise && { noise: plan.noise }),
  width: plan.width,
  height: plan.height,
  model: resolve(modelFolder).split(sep).slice(-2).join("/"),
  version,
});

/** What the web UI calls the generators. */
const rngNames: Readonly<Record<GeneratorName, string>> = { "torch-cpu": "CPU", "cuda-philox": "NV" };

/** A recipe as the texts of a PNG file: JSON for us, and the lines that AUTOMATIC1111's web UI and others read. */
export function pngTexts(recipe: Recipe): { readonly aquatint: string; readonly parameters: string } {
  const { prompt, negative, steps, sampler, guidance, guidanceRescale, seed, width, height, model } = recipe;
  const settings = {
    Steps: steps,
    Sampler: samplerNamed(sampler).entry.title,
    "CFG scale": guidance,
    ...(guidanceRescale !== undefined && { "CFG Rescale": guidanceRescale }),
    Seed: seed,
    RNG: rngNames[recipe.rng],
    Size: `${width}x${height}`,
    Model: model,
    Version: `aquatint ${recipe.version}`,
  };
  const lines = [
    prompt,
    ...(negative ? [`Negative prompt: ${negative}`] : []),
    Object.entries(settings)
      .map(([name, value]) => `${name}: ${value}`)
      .join(", "),
  ];
  return { aquatint: JSON.stringify(recipe), parameters: lines.join("\n") };
}
