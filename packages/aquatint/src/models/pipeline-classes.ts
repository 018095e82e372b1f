import { type GenerationDefaults, trainedGeneration } from "../util/generation-defaults.ts";
import type { ModelClassName } from "./classes.ts";

/** A kind of folder, as model_index.json names it. */
export interface PipelineKind {
  /** Its networks by the names of their subfolders. */
  readonly components: Readonly<Record<string, ModelClassName>>;
  /** Other entries of `model_index.json`. */
  readonly index: Readonly<Record<string, unknown>>;
  /** The choices where neither the caller nor the folder makes one: diffusers' for its kinds. */
  readonly generation: GenerationDefaults;
}

const text = { unet: "UNet2DConditionModel", text_encoder: "CLIPTextModel" } as const;
const latent = { ...text, vae: "AutoencoderKL" } as const;
const absent = [null, null];
const unguarded = { feature_extractor: absent, image_encoder: absent };
const unchecked = { ...unguarded, safety_checker: absent, requires_safety_checker: false };
const xl = { text_encoder_2: "CLIPTextModelWithProjection", vae: "AutoencoderKL", unet: text.unet } as const;

/** Every kind of folder that can be opened and written, by the `_class_name` of its model_index.json. */
export const pipelineKinds = {
  AquatintPixelPipeline: { components: text, index: {}, generation: trainedGeneration },
  StableDiffusionPipeline: { components: latent, index: unchecked, generation: { steps: 50, guidance: 7.5 } },
  LatentConsistencyModelPipeline: { components: latent, index: unchecked, generation: { steps: 4, guidance: 8.5 } },
  StableDiffusionXLPipeline: {
    components: { ...text, ...xl },
    index: { ...unguarded, force_zeros_for_empty_prompt: true },
    generation: { steps: 50, guidance: 5 },
  },
  StableDiffusionInpaintPipeline: { components: latent, index: unchecked, generation: { steps: 50, guidance: 7.5 } },
  StableDiffusionXLInpaintPipeline: {
    components: { ...text, ...xl },
    index: { ...unguarded, force_zeros_for_empty_prompt: true },
    generation: { steps: 50, guidance: 7.5 },
  },
  /** The refiner, which has no first text encoder. */
  StableDiffusionXLImg2ImgPipeline: {
    components: xl,
    index: { ...unguarded, force_zeros_for_empty_prompt: false, requires_aesthetics_score: true },
    generation: { steps: 50, guidance: 5 },
  },
} as const satisfies Readonly<Record<string, PipelineKind>>;
/** The name of a kind. */
export type PipelineClass = keyof typeof pipelineKinds;

/** A kind by the name that a file gives, if it is one of ours. */
export const pipelineKind = (className: unknown): PipelineKind | undefined =>
  typeof className === "string" && Object.hasOwn(pipelineKinds, className)
    ? pipelineKinds[className as PipelineClass]
    : undefined;

/** Defaults of a kind of model where nobody else says it: a model that was published under a name of its own is guided as Stable Diffusion is. */
export const kindGeneration = (index: Readonly<Record<string, unknown>> | undefined): GenerationDefaults =>
  index ? (pipelineKind(index["_class_name"]) ?? pipelineKinds.StableDiffusionPipeline).generation : trainedGeneration;

/** The folder of the tokenizer that goes with a text encoder: "tokenizer_2" with "text_encoder_2". */
export const tokenizerFolder = (textEncoder: string): string => textEncoder.replace("text_encoder", "tokenizer");
