import { z } from "zod";

const count = z.int().positive();
const jsonObject = z.record(z.string(), z.unknown());

/** The fields of `"task": "clip"`. */
export const clipFields = {
  model: z.strictObject({
    text_encoder: jsonObject.describe("CLIPTextModel's config in transformers' names; the vocabulary follows."),
    image_encoder: jsonObject.describe(
      "CLIPVisionModel's config in transformers' names; the size follows from the data.",
    ),
    projection_dim: count.default(128).describe("Length of the vectors in which images and texts are compared."),
    logit_scale_init_value: z
      .number()
      .default(2.6592)
      .describe("First value of the temperature's inverse, its logarithm."),
    tokenizer: z
      .strictObject({
        merges: count.default(2048).describe("Byte-pair merges learned from the data set's captions."),
        context: z.int().min(4).max(77).default(32).describe("Tokens of a caption with its start and end."),
      })
      .prefault({}),
  }),
  evaluation: z
    .strictObject({ images: count.default(256).describe("Held-out images, told apart by their captions.") })
    .prefault({}),
};
/** The task's part of a configuration. */
export type ClipTaskConfig = z.output<z.ZodObject<typeof clipFields>>;
