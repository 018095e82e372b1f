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
  merges: count.default(512).describe("Byte-pair merges learned from the data set's captions."),
  context: z.int().min(4).max(77).default(32).describe("Tokens of a caption with its start and end."),
});

/** Fields of a denoising network's objective, whatever its data. */
export const objectiveFields = z.strictObject({
  guidance_dropout: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('Share of captions replaced by "" for classifier-free guidance.'),
  timesteps: timestepsConfig.prefault({ name: "uniform" }).describe("Which noise levels are drawn how often."),
  min_snr_gamma: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe("Gamma of min-SNR weighting (Hang et al. 2023; 5 is usual); null weighs every sample alike."),
  latents: z
    .enum(latentKinds)
    .default("sample")
    .describe('Of a model with a "vae": latents are drawn from its posterior, or are the mean.'),
});

/** Sample grids of text-to-image models. */
export const textSamples = samplesSchema({
  prompts: z.array(z.string()).min(1).describe("What the grids show."),
  steps: count.default(50).describe("Sampling steps."),
  guidance: z.number().nonnegative().default(2).describe("Classifier-free guidance; 1 is none."),
  seed: z.int().nonnegative().default(0).describe("The first prompt's seed; the next ones follow."),
});

/** A model's own choices for generation, as `generationFields` reads them. */
const generationSchema = z.strictObject({
  num_inference_steps: count.optional().describe("Steps of the sampler."),
  guidance_scale: z.number().nonnegative().optional().describe("Classifier-free guidance; 1 is none."),
} satisfies Record<keyof typeof generationFields, z.ZodType>);

/** The fields of `"task": "denoising"`. */
export const denoisingFields = {
  model: z.strictObject({
    unet: jsonObject.describe("UNet2DConditionModel's config in diffusers' names; sizes follow from the data."),
    text_encoder: z
      .union([folder, jsonObject], { error: "expected a config, or the folder of a CLIP model" })
      .describe(
        "CLIPTextModel's config in transformers' names, whose vocabulary follows, to train it along; or the folder of a " +
          'model that "task": "clip" wrote, whose text tower and vocabulary stay as they are.',
      ),
    train_text_encoder: z
      .boolean()
      .default(false)
      .describe("Let a text tower of a folder go on learning with the U-Net; its vocabulary stays."),
    vae: folder
      .optional()
      .describe(
        'Folder of a model that "task": "autoencoder" wrote: its latents are denoised. Without it, pixels are.',
      ),
    scheduler: jsonObject.describe("A scheduler_config.json: the schedule and what the network predicts."),
    generation: generationSchema
      .optional()
      .describe("The model's own choices where a caller makes none, in diffusers' names: a generation_config.json."),
    tokenizer: tokenizerFields.prefault({}).describe("Of a text encoder that is trained along."),
  }),
  objective: objectiveFields.prefault({}),
  evaluation: z
    .strictObject({
      images: count
        .default(128)
        .describe("Held-out images whose loss each evaluation takes, always at the same noise."),
    })
    .prefault({}),
  samples: textSamples.describe("Grids of samples; without this there are none."),
};
/** The task's part of a configuration. */
export type DenoisingConfig = z.output<z.ZodObject<typeof denoisingFields>>;
