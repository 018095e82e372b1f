import { z } from "zod";
import { objectiveFields, textSamples } from "../denoising/config.ts";

const count = z.int().positive();

/** The fields of `"task": "motion"`. */
export const motionFields = {
  model: z.strictObject({
    images: z
      .string()
      .min(1)
      .describe('Folder of the text-to-image model that gets the motion modules, which "task": "denoising" wrote.'),
    motion: z
      .record(z.string(), z.unknown())
      .default({})
      .describe("MotionAdapter's config in diffusers' names; its widths and layers follow from the U-Net."),
    lora: z
      .strictObject({
        layers: z
          .array(z.string().min(1))
          .min(1)
          .default(["unet.*.attn2.*", "text_encoder.*"])
          .describe('Patterns of linear layers, with "*" for any characters: "unet.*.attn2.*".'),
        rank: count.default(32).describe("Rank of each layer's pair of matrices."),
      })
      .optional()
      .describe(
        "A LoRA of the image model's layers that is trained with the motion modules and used with them only. Without it, a word for a motion acts on the modules only through its effect on single images.",
      ),
  }),
  objective: objectiveFields
    .extend({
      frames: count
        .optional()
        .describe(
          "Frames that a step takes of each clip: evenly spaced from a random one on, each at its position in the clip. All if absent.",
        ),
    })
    .prefault({}),
  evaluation: z
    .strictObject({
      clips: count.default(32).describe("Held-out clips whose loss each evaluation takes, always at the same noise."),
    })
    .prefault({}),
  samples: textSamples.describe("Sheets of sample clips, a row of frames each; without this there are none."),
};

/** The task's part of a configuration. */
export type MotionConfig = z.output<z.ZodObject<typeof motionFields>>;
