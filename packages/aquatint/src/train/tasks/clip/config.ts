import { z } from "zod";

const count = z.int().positive();
const jsonObject = z.record(z.string(), z.unknown());

/** The fields of `"task": "clip"`. */
export const clipFields = {
  model: z.strictObject({
    text_encoder: jsonObject.describe(
      "Config of the CLIPTextModel, in transformers' names. The vocabulary size comes from the tokenizer.",
    ),
    image_encoder: jsonObject.describe(
      "Config of the CLIPVisionModel, in transformers' names. The image size comes from the data.",
    ),
    projection_dim: count.default(128).describe("Length of the embeddings in which images and texts are compared."),
    logit_scale_init_value: z
      .number()
      .default(2.6592)
      .describe("Initial logit scale: the natural logarithm of 1 / temperature."),
    tokenizer: z
      .strictObject({
        merges: count.default(2048).describe("Number of byte-pair merges to learn from the data set's captions."),
        context: z
          .int()
          .min(4)
          .max(77)
          .default(32)
          .describe("Context length: tokens in a caption, including the start and end tokens."),
      })
      .prefault({}),
  }),
  evaluation: z
    .strictObject({
      images: count.default(256).describe("Held-out images in each evaluation, which matches images to captions."),
    })
    .prefault({}),
};
/** The task's part of a configuration. */
export type ClipTaskConfig = z.output<z.ZodObject<typeof clipFields>>;
