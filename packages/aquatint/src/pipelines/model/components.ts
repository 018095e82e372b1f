import { AquatintError } from "../../errors.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { LatentSpace } from "../../models/autoencoder/latent-space.ts";
import type { ControlNetModel } from "../../models/controlnet/index.ts";
import {
  parseUNet2DConditionConfig,
  type UNet2DConditionConfig,
  UNet2DConditionModel,
} from "../../models/unet/index.ts";
import { parameters } from "../../nn/module.ts";
import { lastState, penultimateState, type TextEncoder, textEncoders } from "./text-encoders.ts";

/** Conditions of a U-Net besides the time and the captions' hidden states. */
export interface UNetConditioning {
  /** Numbers about the image's size: 6 for Stable Diffusion XL, 5 for its refiner, 0 for most. */
  readonly timeIds: number;
  /** Width of the guidance scale's waves, for latent consistency models. */
  readonly guidanceWidth: number | undefined;
  /** True where a caller without a negative prompt means zeros in place of an empty caption. */
  readonly zeroedNegative: boolean;
}

/** The networks of a text-to-image model, without weights. */
export interface PipelineComponents {
  readonly unet: ReturnType<typeof UNet2DConditionModel>;
  /** One or two, in the order that their answers are joined in. */
  readonly textEncoders: readonly TextEncoder[];
  readonly conditioning: UNetConditioning;
  /** Absent where the U-Net works on the pixels themselves. */
  readonly vae?: LatentSpace["vae"] | undefined;
  /** The autoencoder where it gives distributions to draw latents from. */
  readonly posterior?: LatentSpace["posterior"];
  /** ControlNets, which steer the U-Net by images. */
  readonly controls: readonly ReturnType<typeof ControlNetModel>[];
  /** Present where the U-Net holds motion modules and denoises clips: the most frames that they look at together. */
  readonly motion?: { readonly maxFrames: number } | undefined;
  /** Channels that the U-Net denoises: 3 for RGB. */
  readonly channels: number;
  /** True where the U-Net sees, in channels after those, a mask and the image without what it is to paint over. */
  readonly isInpainting: boolean;
  /** Pixels along each side for one place of the U-Net's image. */
  readonly factor: number;
  /** Decodes what the U-Net works on, [n, channels, h, w], as pixels [n, 3, factor h, factor w]; absent where it is pixels. */
  readonly decode?: (latent: Tensor) => Tensor;
  /** Pixels [n, 3, factor h, factor w] with noise of the result's shape as what the U-Net works on; absent likewise. */
  readonly encode?: (pixels: Tensor, noise: Tensor) => Tensor;
  /** Height and width that the model was trained at, in pixels. */
  readonly sampleSize: number;
  /** Heights and widths must be multiples of this. */
  readonly multiple: number;
}

/** The configurations of the networks, in diffusers' and transformers' names. */
export interface ModuleConfigs {
  readonly unet: unknown;
  readonly text_encoder?: unknown;
  readonly text_encoder_2?: unknown;
  /** Absent for a model of pixels. */
  readonly vae?: unknown;
  /** The content of model_index.json. */
  readonly index?: Readonly<Record<string, unknown>>;
}

/**
 * Builds the networks that the configurations describe, over the latents of their autoencoder, or over pixels.
 * @throws AquatintError "config/…" for a wrong one.
 */
export function pipelineComponents(
  { unet, index = {}, ...texts }: Omit<ModuleConfigs, "vae">,
  latents: LatentSpace | undefined,
): PipelineComponents {
  const config = parseUNet2DConditionConfig(unet);
  checkConnected(config);
  const { in_channels, out_channels: channels, sample_size, block_out_channels, addition_embed_type } = config;
  const { vaeChannels, ...space } = latents ?? pixels(block_out_channels.length);
  checkLatents(config, vaeChannels);
  const encoders = textEncoders({ ...texts }, addition_embed_type ? penultimateState : lastState);
  return {
    unet: UNet2DConditionModel(config),
    textEncoders: encoders,
    conditioning: unetConditioning(config, encoders, index),
    controls: [],
    channels,
    isInpainting: in_channels !== channels,
    sampleSize: (sample_size ?? 32) * space.factor,
    ...space,
  };
}

/** Refuses networks that neither make images of words nor paint into them, and such as are told what no prompt says. */
function checkConnected({ in_channels, out_channels, class_embed_type, num_class_embeds }: UNet2DConditionConfig) {
  const reasons = [
    [
      in_channels !== out_channels && in_channels !== 2 * out_channels + 1,
      `it takes ${in_channels} channels and gives ${out_channels}, expected ${out_channels} or ${2 * out_channels + 1}`,
    ],
    [class_embed_type !== null || num_class_embeds !== null, "it takes an image or a number besides the caption"],
  ] as const;
  const reason = reasons.find(([is]) => is)?.[1];
  if (reason === undefined) return;
  throw new AquatintError("model/unsupported", `text-to-image cannot run this U-Net: ${reason}`, {
    hint: "use a text-to-image checkpoint of Stable Diffusion",
  });
}

function checkLatents({ out_channels }: UNet2DConditionConfig, vaeChannels = out_channels): void {
  if (vaeChannels === out_channels) return;
  const sizes = `a U-Net of ${out_channels} channels and an autoencoder of ${vaeChannels}`;
  throw new AquatintError("config/value", `the model has ${sizes}`, { hint: "use parts of one family" });
}

function unetConditioning(
  config: UNet2DConditionConfig,
  encoders: readonly TextEncoder[],
  { force_zeros_for_empty_prompt: zeroed = true }: Readonly<Record<string, unknown>>,
): UNetConditioning {
  const { addition_embed_type: added, addition_time_embed_dim, time_cond_proj_dim, cross_attention_dim } = config;
  const width = encoders.reduce((sum, encoder) => sum + encoder.width, 0);
  const wrong = [cross_attention_dim].flat().find((size) => size !== width);
  if (wrong !== undefined) {
    const sizes = `${encoders.length} text encoders whose answers are ${width} wide, and a U-Net that attends to ${wrong}`;
    throw new AquatintError("config/value", `the model has ${sizes}`, { hint: "use parts of one model" });
  }
  const pooled = encoders.find(({ pooledWidth }) => pooledWidth !== undefined)?.pooledWidth ?? 0;
  const timeIds = added ? (config.projection_class_embeddings_input_dim! - pooled) / addition_time_embed_dim! : 0;
  if (added && (pooled === 0 || (timeIds !== 5 && timeIds !== 6))) {
    const sizes = `a pooled caption of ${pooled} and ${timeIds} numbers about the size, expected 5 or 6`;
    throw new AquatintError("config/value", `the U-Net expects ${sizes}`, { hint: "use parts of one model" });
  }
  return { timeIds, guidanceWidth: time_cond_proj_dim ?? undefined, zeroedNegative: added !== null && zeroed === true };
}

const pixels = (levels: number) => ({ factor: 1, multiple: 2 ** (levels - 1), vaeChannels: undefined });

/** Every parameter of the networks: "unet.conv_in.weight", "text_encoder.…", "vae.…". */
export const modelParameters = ({ unet, textEncoders, vae }: PipelineComponents) =>
  parameters({ unet, ...Object.fromEntries(textEncoders.map(({ name, model }) => [name, model])), vae });
