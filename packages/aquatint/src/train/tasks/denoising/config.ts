import { z } from "zod";
import type { generationFields } from "../../../pipelines/model/defaults.ts";
import { samplesSchema } from "../kind.ts";
import { timestepsConfig } from "./timesteps.ts";

const count = z.int().positive();
const jsonObject = z.record(z.string(), z.unknown());
const folder = z.string().min(1);

/** Latents from an autoencoder's posterior. */
const latentKinds = ["sample", "mean"] as const;
/** One of those ways. */
export type LatentKind = (typeof latentKinds)[number];

/** Tokenizer fields. */
export const tokenizerFields = z.strictObject({
  merges: count.default(512).describe("Number of byte-pair merges to learn from the data set's captions."),
  context: z
    .int()
    .min(4)
    .max(77)
    .default(32)
    .describe("Context length: tokens in a caption, including the start and end tokens."),
});

/** Fields of a denoising network's objective, whatever its data. */
export const objectiveFields = z.strictObject({
  guidance_dropout: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('Fraction of captions, 0 .. 1, replaced by "" for classifier-free guidance.'),
  timesteps: timestepsConfig.prefault({ name: "uniform" }).describe("Distribution of the timesteps in training."),
  min_snr_gamma: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe("Gamma of min-SNR weighting (Hang et al. 2023; 5 is usual); null weighs every sample alike."),
  latents: z
    .enum(latentKinds)
    .default("sample")
    .describe('Latents of a model with a "vae": drawn from its posterior ("sample"), or the mean ("mean").'),
});

/** Sample grids of text-to-image models. */
export const textSamples = samplesSchema({
  prompts: z.array(z.string()).min(1).describe("Prompts of the sample grids."),
  steps: count.default(50).describe("Sampling steps."),
  guidance: z.number().nonnegative().default(2).describe("Guidance scale (classifier-free guidance); 1 is none."),
  seed: z
    .int()
    .nonnegative()
    .default(0)
    .describe("Seed of the first prompt. Each following prompt takes the next number."),
});

/** A model's own choices for generation, as `generationFields` reads them; its form of few steps is trained later. */
const generationSchema = z.strictObject({
  num_inference_steps: count.optional().describe("Steps of the sampler."),
  guidance_scale: z.number().nonnegative().optional().describe("Guidance scale (classifier-free guidance); 1 is none."),
} satisfies Record<Exclude<keyof typeof generationFields, "few_steps">, z.ZodType>);

/** The fields of `"task": "denoising"`. */
export const denoisingFields = {
  model: z.strictObject({
    unet: jsonObject.describe("Config of the UNet2DConditionModel, in diffusers' names. Sizes come from the data."),
    text_encoder: z
      .union([folder, jsonObject], { error: "expected a config, or the folder of a CLIP model" })
      .describe(
        "Config of a CLIPTextModel to train, in transformers' names (the vocabulary size comes from the tokenizer); or the folder of a " +
          'model that "task": "clip" wrote, whose text encoder and vocabulary are kept unchanged.',
      ),
    train_text_encoder: z
      .boolean()
      .default(false)
      .describe("Train the text encoder from a folder along with the U-Net. Its vocabulary stays the same."),
    vae: folder
      .optional()
      .describe(
        'Folder of a model that "task": "autoencoder" wrote, to work on its latents. If absent, the model works on pixels.',
      ),
    scheduler: jsonObject.describe("Noise schedule and prediction type, as in diffusers' scheduler_config.json."),
    generation: generationSchema
      .optional()
      .describe("Default options of the model at generation, written as generation_config.json."),
    tokenizer: tokenizerFields.prefault({}).describe("Tokenizer of a text encoder that the run trains."),
  }),
  objective: objectiveFields.prefault({}),
  evaluation: z
    .strictObject({
      images: count
        .default(128)
        .describe("Held-out images in each evaluation of the loss. The noise is the same every time."),
    })
    .prefault({}),
  samples: textSamples.describe("Sample grids. None if absent."),
};
/** The task's part of a configuration. */
export type DenoisingConfig = z.output<z.ZodObject<typeof denoisingFields>>;
