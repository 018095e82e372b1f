import type { Tensor } from "../../graph/tensor.ts";
import type { Children, Module } from "../../nn/module.ts";
import {
  type Autoencoder,
  AutoencoderKL,
  downsampling,
  samplePosterior,
  scaleLatent,
  unscaleLatent,
} from "./autoencoder-kl.ts";
import { parseAutoencoderConfig } from "./config.ts";

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

/** The latents of Stable Diffusion's autoencoder. @throws AquatintError "config/…". */
export const klLatentSpace = (json: unknown): LatentSpace =>
  posteriorLatentSpace(AutoencoderKL(parseAutoencoderConfig(json)));

/** The latents of an autoencoder whose encoder gives distributions. */
export function posteriorLatentSpace(vae: Autoencoder): LatentSpace {
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
