import { z } from "zod";

/** Characters of a prompt at most. */
const MAX_PROMPT = 20_000;
/** Files of one job at most. */
export const MAX_FILES = 100;

const side = z.int().min(8).max(8192);
const name = z.string().min(1).max(200);
const share = z.number().min(0).max(1);

/** An image as base64 or as a data URL. */
export const imageField = z.string().min(1).describe("a PNG, JPEG or WebP file as base64, or as a data URL");

/** Size of the files. */
export const sizeFields = {
  width: side.optional().describe("pixels; what the model was trained at if absent"),
  height: side.optional().describe("pixels; what the model was trained at if absent"),
};

/** How an image of other proportions is brought to the size. */
export const fitField = z
  .enum(["crop", "stretch"])
  .default("crop")
  .describe("how an image with another aspect ratio is fitted to the size");

const seed = z.union([z.int().min(0), z.string().regex(/^\d{1,20}$/)]);

const loraField = z.object({
  name: name.describe("as /v1/models lists it"),
  scale: z.number().min(-100).max(100).default(1),
});

const controlField = z.object({
  model: name.describe("name of the ControlNet"),
  image: imageField.describe(
    "the image that the ControlNet reads, such as edges; it is not computed from another image",
  ),
  scale: z.number().min(0).max(10).default(1),
  start: share.default(0).describe("share of the steps at which it starts"),
  end: share.default(1).describe("share of the steps at which it stops"),
});

/** Fields of every kind that draws with a prompt. */
export const promptFields = {
  model: name.optional().describe("a name of /v1/models; the server's first model if absent"),
  prompt: z.string().max(MAX_PROMPT).default(""),
  negative: z.string().max(MAX_PROMPT).default("").describe("what the image should not show"),
  promptSyntax: z
    .enum(["plain", "a1111"])
    .default("plain")
    .describe("a1111 reads (word:1.2), [from:to:when], AND, BREAK and <lora:name:0.8>"),
  emphasis: z.enum(["original", "no-norm", "ignore", "none"]).default("original"),
  clipSkip: z.int().min(0).max(12).default(0).describe("last layers of the text encoder to skip; 0 is none"),
  clipSkipRule: z.enum(["diffusers", "a1111"]).default("diffusers"),
  seed: seed.optional().describe("a new one if absent; a string for seeds above 2^53"),
  steps: z.int().min(1).max(1000).optional().describe("the model's own number if absent"),
  guidance: z.number().min(0).max(100).optional().describe("classifier-free guidance; 1 is none"),
  guidanceRescale: share.default(0),
  sampler: name.optional().describe('"DPM++ 2M Karras"; the model\'s own if absent'),
  rng: z.enum(["torch-cpu", "cuda-philox"]).default("torch-cpu"),
  noise: z.enum(["fresh", "brownian"]).default("fresh"),
  count: z.int().min(1).max(MAX_FILES).default(1).describe("number of files, with consecutive seeds"),
  vae: name.optional().describe("name of another autoencoder"),
  loras: z.array(loraField).max(16).default([]),
};

/** Fields of the kinds that make images. */
export const imageFields = {
  ...promptFields,
  batch: z.int().min(1).max(8).default(1).describe("images that are computed at the same time"),
  controls: z.array(controlField).max(4).default([]),
  variation: z
    .object({ seed, strength: share })
    .optional()
    .describe("mixes the noise of another seed into the start; strength 1 gives that seed's image"),
  format: z.enum(["png", "jpeg", "webp"]).default("png"),
  quality: z.int().min(1).max(100).optional().describe("quality of JPEG and WebP"),
};

/** Parsed fields that every kind that makes images has. */
export type ImageRequest = z.output<z.ZodObject<typeof imageFields>>;
/** Parsed fields that every kind has. */
export type PromptRequest = z.output<z.ZodObject<typeof promptFields>>;
