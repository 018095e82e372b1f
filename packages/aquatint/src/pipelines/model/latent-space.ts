import { AquatintError } from "../../errors.ts";
import type { Tensor } from "../../graph/tensor.ts";
import {
  type Autoencoder,
  AutoencoderKL,
  downsampling,
  parseAutoencoderConfig,
  samplePosterior,
  scaleLatent,
  unscaleLatent,
} from "../../models/autoencoder/index.ts";
import { AutoencoderTiny, parseAutoencoderTinyConfig } from "../../models/autoencoder-tiny/index.ts";
import type { Children, Module } from "../../nn/module.ts";

/** The latents of an autoencoder, as a U-Net works on them. */
export interface LatentSpace {
  readonly vae: Module<(image: Tensor) => Tensor, Children>;
  /** Channels of the latents. */
  readonly vaeChannels: number;
  /** The autoencoder where it gives distributions to draw latents from; absent where it gives the latents themselves. */
  readonly posterior?: Autoencoder;
  /** Pixels along each side for one place of the latent. */
  readonly factor: number;
  /** Heights and widths must be multiples of this. */
  readonly multiple: number;
  /** Latents [n, channels, h, w] as pixels [n, 3, factor h, factor w]. */
  decode(latent: Tensor): Tensor;
  /** Pixels [n, 3, factor h, factor w] as latents [n, channels, h, w], drawn by normal noise of that shape where they are. */
  encode(pixels: Tensor, noise: Tensor): Tensor;
}

/** Stable Diffusion's own, whose encoder answers with distributions. */
function variational(json: unknown): LatentSpace {
  const vae = AutoencoderKL(parseAutoencoderConfig(json));
  const { config } = vae;
  const factor = downsampling(config);
  return {
    vae,
    vaeChannels: config.latent_channels,
    posterior: vae,
    factor,
    multiple: factor,
    decode: (z) => vae.decode(unscaleLatent(z, config)),
    encode: (pixels, noise) => scaleLatent(samplePosterior(vae.encode(pixels), noise), config),
  };
}

/** The distilled one (TAESD), whose encoder answers with latents and draws nothing. */
function tiny(json: unknown): LatentSpace {
  const vae = AutoencoderTiny(parseAutoencoderTinyConfig(json));
  const { config } = vae;
  const factor = 2 ** (config.encoder_block_out_channels.length - 1);
  const larger = config.upsampling_scaling_factor ** (config.decoder_block_out_channels.length - 1);
  if (factor !== larger) {
    const found = `the tiny autoencoder's encoder divides the size by ${factor}, its decoder multiplies it by ${larger}`;
    throw new AquatintError("config/value", found, { hint: "show it as a preview: --preview-model PATH" });
  }
  return {
    vae,
    vaeChannels: config.latent_channels,
    factor,
    multiple: factor,
    decode: (z) => vae.decode(unscaleLatent(z, config)),
    encode: (pixels) => scaleLatent(vae.encode(pixels), config),
  };
}

const kinds = { AutoencoderKL: variational, AutoencoderTiny: tiny } as const;

/** The classes of autoencoders that a text-to-image model may have. */
export const autoencoderClasses: readonly string[] = Object.keys(kinds);

/**
 * The latents of the autoencoder that a config describes: Stable Diffusion's unless it names another class.
 * @throws AquatintError "config/…" where the class is unknown or its fields are wrong.
 */
export function latentSpace(json: unknown): LatentSpace {
  const { _class_name: named = "AutoencoderKL" } = json as { readonly _class_name?: unknown };
  const kind = Object.hasOwn(kinds, String(named)) ? kinds[named as keyof typeof kinds] : undefined;
  if (kind) return kind(json);
  throw new AquatintError("config/value", `the autoencoder is of the class ${JSON.stringify(named)}`, {
    hint: `known are ${autoencoderClasses.join(" and ")}`,
  });
}
