import { samplesSchema, tokenizerFields } from "aquatint/train";
import { z } from "zod";

const jsonObject = z.record(z.string(), z.unknown());

/** Config fields of every model that makes an image of a vector and a caption in one pass. */
export const captionedModel = {
  text_encoder: jsonObject.describe(
    "Config of the CLIPTextModel, in transformers' names. The vocabulary size comes from the tokenizer.",
  ),
  tokenizer: tokenizerFields.prefault({}).describe("Tokenizer of the text encoder."),
};

/** Sample grids of such models. */
export const onePassSamples = samplesSchema({
  prompts: z.array(z.string()).min(1).describe("Prompts of the sample grids."),
  seed: z.int().nonnegative().default(0).describe("Seed of the latent vectors of the images."),
});

/** The samples of a configuration, where there are any. */
export type OnePassSamples = z.output<typeof onePassSamples>;
