import type { JsonObject } from "../util/json.ts";
import { type LatentRgb, sd1Rgb, sdxlRgb } from "./latent-rgb.ts";
import type { PipelineClass } from "./pipeline-classes.ts";

/** Facts that a line of published models shares and that no shape shows. */
export interface FamilyFacts {
  /** Its name for messages. */
  readonly title: string;
  /** Tells whether a U-Net or ControlNet with cross-attention belongs to it, by its config. */
  readonly detect: (network: JsonObject) => boolean;
  /** Scale of its latents. */
  readonly scalingFactor: number;
  /** Map from its latents to RGB. */
  readonly latentRgb: LatentRgb;
  /** Side of the latents that it was trained on, by what the network predicts. */
  readonly trainedSize: (prediction: unknown) => number;
  /** Prediction type of a U-Net of so many input channels where its file does not say. */
  readonly prediction: (channels: unknown) => "epsilon" | "v_prediction";
  /** Its own fields of `scheduler_config.json`. */
  readonly scheduler: JsonObject;
  /** Fields of its motion adapters' own noise schedule, where a checkpoint has the published one; absent where no adapter was published. */
  readonly motionSchedule?: JsonObject;
  /** Its pipelines: of text to image, and of a U-Net that sees a mask as well. */
  readonly pipeline: PipelineClass;
  readonly inpainting: PipelineClass;
  /** The pipeline of a U-Net that is given the scale of guidance; absent where none was published. */
  readonly consistency?: PipelineClass;
  /** Text encoders that are OpenCLIP's: GELU, prompts padded with "!". */
  readonly openClip: readonly string[];
  /** True if a text encoder that lacks a layer makes it useless: the U-Net reads the last layer but one. */
  readonly needsAllTextLayers: boolean;
}

const isLinear = ({ use_linear_projection }: JsonObject): boolean => use_linear_projection === true;
const hasSizes = ({ addition_embed_type }: JsonObject): boolean => addition_embed_type === "text_time";
const levels = ({ block_out_channels }: JsonObject): number =>
  Array.isArray(block_out_channels) ? block_out_channels.length : 0;

const ddim = { _class_name: "DDIMScheduler", clip_sample: false, set_alpha_to_one: false };
const sd = {
  scalingFactor: 0.18215,
  latentRgb: sd1Rgb,
  scheduler: ddim,
  pipeline: "StableDiffusionPipeline",
  inpainting: "StableDiffusionInpaintPipeline",
  consistency: "LatentConsistencyModelPipeline",
  needsAllTextLayers: false,
} as const satisfies Partial<FamilyFacts>;
const xl = {
  scalingFactor: 0.13025,
  latentRgb: sdxlRgb,
  trainedSize: () => 128,
  prediction: () => "epsilon",
  scheduler: { _class_name: "EulerDiscreteScheduler" },
  openClip: ["text_encoder_2"],
  needsAllTextLayers: true,
} satisfies Partial<FamilyFacts>;

/** The published lines of models that are read. */
export const families = {
  sd1: {
    ...sd,
    title: "Stable Diffusion 1.x",
    detect: (network) => !hasSizes(network) && !isLinear(network),
    trainedSize: () => 64,
    prediction: () => "epsilon",
    motionSchedule: { beta_schedule: "linear" },
    openClip: [],
  },
  /** Its model of v was trained at 768 pixels; those that see more than the latents predict epsilon. */
  sd2: {
    ...sd,
    title: "Stable Diffusion 2.x",
    detect: (network) => !hasSizes(network) && isLinear(network),
    trainedSize: (prediction) => (prediction === "v_prediction" ? 96 : 64),
    prediction: (channels) => (channels === 4 ? "v_prediction" : "epsilon"),
    openClip: ["text_encoder"],
  },
  sdxl: {
    ...xl,
    title: "Stable Diffusion XL",
    detect: (network) => hasSizes(network) && levels(network) !== 4,
    // configs/inference/inference.yaml of AnimateDiff's branch "sdxl"
    motionSchedule: { beta_end: 0.02 },
    pipeline: "StableDiffusionXLPipeline",
    inpainting: "StableDiffusionXLInpaintPipeline",
  },
  "sdxl-refiner": {
    ...xl,
    title: "Stable Diffusion XL refiner",
    detect: (network) => hasSizes(network) && levels(network) === 4,
    pipeline: "StableDiffusionXLImg2ImgPipeline",
    inpainting: "StableDiffusionXLImg2ImgPipeline",
  },
} as const satisfies Readonly<Record<string, FamilyFacts>>;

/** Which published line of models weights belong to. */
export type Family = keyof typeof families;

/** The facts of a family. */
export const familyFacts = (family: Family): FamilyFacts => families[family];

/** The family that a U-Net's or a ControlNet's config belongs to. */
export function familyOf(config: JsonObject): Family | undefined {
  const { block_out_channels, down_block_types } = config;
  if (!Array.isArray(block_out_channels) || !Array.isArray(down_block_types)) return undefined;
  if (!down_block_types.includes("CrossAttnDownBlock2D")) return undefined;
  return (Object.keys(families) as Family[]).find((family) => familyFacts(family).detect(config));
}

/** The scale of latents where neither a config nor a family says one: the first autoencoder's. */
export const DEFAULT_SCALING_FACTOR = 0.18215;

/** Tells whether a text encoder is OpenCLIP's; where no family says it, the second one is. */
export const isOpenClip = (family: Family | undefined, encoder: string): boolean =>
  familyFacts(family ?? "sdxl").openClip.includes(encoder);

/** Map from a family's latents to RGB; undefined where the model's are scaled otherwise, which are another autoencoder's. */
export const publishedLatentRgb = (
  family: Family,
  { scaling_factor = DEFAULT_SCALING_FACTOR }: { readonly scaling_factor?: unknown } = {},
): LatentRgb | undefined =>
  families[family].scalingFactor === scaling_factor ? families[family].latentRgb : undefined;

/** A published text encoder: the layers that its whole file holds, and how many of them are run in SD. */
export interface TextEncoderFacts {
  readonly layers: number;
  /** SD 2.x never runs the last one, so that converted files lack it. */
  readonly run: number;
}

/** Published text encoders by their width: CLIP ViT-L, OpenCLIP ViT-H, OpenCLIP ViT-bigG. */
export const textEncoderFacts: ReadonlyMap<number, TextEncoderFacts> = new Map([
  [768, { layers: 12, run: 12 }],
  [1024, { layers: 24, run: 23 }],
  [1280, { layers: 32, run: 32 }],
]);
