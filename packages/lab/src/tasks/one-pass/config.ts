import { samplesSchema, tokenizerFields } from "aquatint/train";
import { z } from "zod";

const jsonObject = z.record(z.string(), z.unknown());

/** Config fields of every model that makes an image of a vector and a caption in one pass. */
export const captionedModel = {
  text_encoder: jsonObject.describe("CLIPTextModel's config in transformers' names; its vocabulary follows."),
  tokenizer: tokenizerFields.prefault({}).describe("Of the text encoder."),
};

/** Sample grids of such models. */
export const onePassSamples = samplesSchema({
  prompts: z.array(z.string()).min(1).describe("What the grids show."),
  seed: z.int().nonnegative().default(0).describe("Of the vectors that the images are made of."),
});

/** The samples of a configuration, where there are any. */
export type OnePassSamples = z.output<typeof onePassSamples>;
