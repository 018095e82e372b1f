import { AquatintError } from "../errors.ts";
import type { Tensor } from "../graph/tensor.ts";
import {
  type Autoencoder,
  AutoencoderKL,
  downsampling,
  parseAutoencoderConfig,
  samplePosterior,
  scaleLatent,
  unscaleLatent,
} from "../models/autoencoder/index.ts";
import { CLIPTextModel, parseClipTextConfig } from "../models/clip/index.ts";
import type { ControlNetModel } from "../models/controlnet/index.ts";
import { parseUNet2DConditionConfig, type UNet2DConditionConfig, UNet2DConditionModel } from "../models/unet/index.ts";
import { parameters } from "../nn/module.ts";

/** The networks of a text-to-image model, without weights. */
export interface TextToImageModules {
  readonly unet: ReturnType<typeof UNet2DConditionModel>;
  readonly textEncoder: ReturnType<typeof CLIPTextModel>;
  /** Absent where the U-Net works on the pixels themselves. */
  readonly vae?: Autoencoder;
  /** What steers the U-Net by pictures. */
  readonly controls: readonly ReturnType<typeof ControlNetModel>[];
  /** Channels that the U-Net denoises: 3 for RGB. */
  readonly channels: number;
  /** Whether the U-Net sees, in channels after those, a mask and the picture without what it is to paint over. */
  readonly paints: boolean;
  /** Pixels along each side for one place of the U-Net's picture. */
  readonly factor: number;
  /** What the U-Net works on, [n, channels, h, w], as pixels [n, 3, factor h, factor w]; absent where it is pixels. */
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
  readonly text_encoder: unknown;
  /** Absent for a model of pixels. */
  readonly vae?: unknown;
}

/** Builds the networks that the configurations describe. @throws AquatintError "config/…" for a wrong one. */
export function textToImageModules({ unet, text_encoder, vae }: ModuleConfigs): TextToImageModules {
  const config = parseUNet2DConditionConfig(unet);
  checkConnected(config);
  const { in_channels, out_channels: channels, sample_size, block_out_channels } = config;
  const space =
    vae === undefined ? pixels(block_out_channels.length) : latents(AutoencoderKL(parseAutoencoderConfig(vae)));
  return {
    unet: UNet2DConditionModel(config),
    textEncoder: CLIPTextModel(parseClipTextConfig(text_encoder)),
    controls: [],
    channels,
    paints: in_channels !== channels,
    sampleSize: (sample_size ?? 32) * space.factor,
    ...space,
  };
}

/** Refuses networks that are told more than a caption and a time. */
function checkConnected({ in_channels, out_channels, time_cond_proj_dim, addition_embed_type }: UNet2DConditionConfig) {
  const reasons = [
    [
      in_channels !== out_channels && in_channels !== 2 * out_channels + 1,
      `it takes ${in_channels} channels and gives ${out_channels}, which is neither text-to-image nor inpainting`,
    ],
    [time_cond_proj_dim !== null, "it is told the scale of guidance, as latent consistency models are"],
    [addition_embed_type !== null, "it is told more than one text encoder says, as Stable Diffusion XL is"],
  ] as const;
  const reason = reasons.find(([is]) => is)?.[1];
  if (reason === undefined) return;
  throw new AquatintError("model/unsupported", `text-to-image cannot run this U-Net: ${reason}`, {
    hint: "take a text-to-image checkpoint of Stable Diffusion 1.x or 2.x",
  });
}

const pixels = (levels: number) => ({ factor: 1, multiple: 2 ** (levels - 1) });

function latents(vae: Autoencoder) {
  const factor = downsampling(vae.config);
  return {
    vae,
    factor,
    multiple: factor,
    decode: (z: Tensor) => vae.decode(unscaleLatent(z, vae.config)),
    encode: (pixels: Tensor, noise: Tensor) => scaleLatent(samplePosterior(vae.encode(pixels), noise), vae.config),
  };
}

/** Every parameter of the networks: "unet.conv_in.weight", "text_encoder.…", "vae.…". */
export const modelParameters = ({ unet, textEncoder, vae }: TextToImageModules) =>
  parameters({ unet, text_encoder: textEncoder, vae });
