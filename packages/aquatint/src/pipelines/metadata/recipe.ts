import { z } from "zod";
import { AquatintError } from "../../errors.ts";
import { type WindowWeighting, windowWeightings } from "../../models/motion/frame-windows.ts";
import { emphasisModes } from "../../tokenizers/emphasis.ts";
import { promptSyntaxes } from "../../tokenizers/plain-prompt.ts";
import { itemAt } from "../../util/items.ts";
import { clipSkipRules } from "../conditioning/clip-skip.ts";
import { frameNoises } from "../text-to-video/frame-noise.ts";
import { freeInitFilters } from "../text-to-video/free-init.ts";

const count = z.int().nonnegative();
/** As text where it is beyond 2^53. */
const seed = z.union([count, z.string().regex(/^\d{1,20}$/)]);

/** Settings that a clip has besides an image's. */
const clipShape = {
  frames: z.int().positive().optional(),
  fps: z.number().positive().optional(),
  /** Name of the motion adapter; absent where the model brings its own. */
  motion: z.string().optional(),
  windows: z
    .object({
      length: z.int().positive(),
      stride: z.int().positive(),
      weighting: z.enum(Object.keys(windowWeightings) as WindowWeighting[]),
      closed: z.boolean().optional(),
      lastWindow: z.enum(["mean", "diffusers"]).optional(),
    })
    .optional(),
  /** Only where it is not random. */
  frameNoise: z.enum(frameNoises).optional(),
  freeInit: z
    .object({
      iterations: z.int(),
      filter: z.enum(Object.keys(freeInitFilters) as (keyof typeof freeInitFilters)[]),
      spatialStop: z.number(),
      temporalStop: z.number(),
    })
    .optional(),
  /** True where the first frame was held to an image, which the file does not hold. */
  firstFrame: z.boolean().optional(),
};

const parametersSchema = z.looseObject({
  prompt: z.string(),
  negative: z.string().default(""),
  seed,
  steps: z.int().positive(),
  sampler: z.string(),
  guidance: z.number().nonnegative(),
  /** Only where guidance is rescaled. */
  guidanceRescale: z.number().min(0).max(1).optional(),
  /** Noise levels at which guidance acted, where it did not at all. */
  guidanceRange: z.tuple([z.number(), z.number()]).optional(),
  /** The step cache with the options that were given, where there was one. */
  stepCache: z.looseObject({ name: z.string() }).optional(),
  /** Layers that were left out, where some were. */
  clipSkip: count.optional(),
  /** Only where it is not diffusers'. */
  clipSkipRule: z.enum(clipSkipRules).optional(),
  /** Only where it is not plain. */
  promptSyntax: z.enum(promptSyntaxes).optional(),
  /** Only where it is not original. */
  emphasis: z.enum(emphasisModes).optional(),
  /** Parameters of the hires fix; absent without one. */
  hires: z
    .object({ scale: z.number(), strength: z.number().optional(), steps: z.int().positive().optional() })
    .optional(),
  /** Share of the steps that was walked, where the image began with another. */
  strength: z.number().optional(),
  /** Other inputs of the image, which the file does not hold: "init", "mask", "controls", "vae", "style:0.8" (a LoRA and its scale), "<thing>" (an embedding). */
  needs: z.array(z.string()).optional(),
  /** Only where the model's own form of few steps made it. */
  fewSteps: z.literal(true).optional(),
  /** Noise of another seed in the start, where there was some. */
  variation: z.object({ seed, strength: z.number().min(0).max(1) }).optional(),
  rng: z.string(),
  /** Only where it is not fresh. */
  noise: z.string().optional(),
  width: z.int().positive(),
  height: z.int().positive(),
  model: z.string().optional(),
  modelHash: z.string().optional(),
  version: z.string().optional(),
  ...clipShape,
});

/** Everything that makes an image or a clip again, as it is stored in its file. */
export type GenerationParameters = z.output<typeof parametersSchema>;

/** A recipe as JSON of an image's file, with keys that are not known. @throws AquatintError "image/recipe". */
export function parseParameters(json: unknown, { name }: { readonly name: string }): GenerationParameters {
  const { success, data, error } = parametersSchema.safeParse(json);
  if (success) return data;
  const { path, message } = itemAt(error.issues, 0);
  throw new AquatintError("image/recipe", `the recipe in ${name} is damaged: "${path.join(".")}": ${message}`, {
    hint: "give the image as aquatint wrote it, or name what it should be made with",
  });
}

/** The keys that this version reads of a recipe. */
export const parameterKeys: readonly string[] = Object.keys(parametersSchema.shape);
