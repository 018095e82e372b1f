import { z } from "zod";
import { captionedModel, onePassSamples } from "../one-pass/config.ts";

/** The fields of `"task": "vae"`. */
export const vaeFields = {
  model: z.strictObject({
    vae: z
      .record(z.string(), z.unknown())
      .describe("Config of the ConditionalVAE. Sizes come from the data and the text encoder."),
    ...captionedModel,
  }),
  evaluation: z
    .strictObject({
      images: z.int().positive().default(128).describe("Held-out images in each evaluation of the likelihood bound."),
    })
    .prefault({}),
  samples: onePassSamples.describe("Sample grids. None if absent."),
};
/** The task's part of a configuration. */
export type VaeTaskConfig = z.output<z.ZodObject<typeof vaeFields>>;
