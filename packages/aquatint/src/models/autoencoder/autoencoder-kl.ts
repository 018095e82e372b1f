import { shapeError } from "../../graph/op.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { dims } from "../../nn/einops.ts";
import { Conv2d } from "../../nn/layers.ts";
import { module } from "../../nn/module.ts";
import { add, exp, maximum, minimum, mul, scale, sub } from "../../ops/elementwise.ts";
import { scalar } from "../../ops/leaves.ts";
import { split } from "../../ops/shape.ts";
import { itemAt } from "../../util/items.ts";
import { Decoder, Encoder } from "./coders.ts";
import type { AutoencoderConfig } from "./config.ts";

/** An autoencoder's posterior of an image: a normal distribution of latents, both [b, latent_channels, h, w]. */
export interface LatentPosterior {
  readonly mean: Tensor;
  /** Clamped to -30 .. 20. */
  readonly logVariance: Tensor;
}

/** The posterior of an encoder's moments [b, 2c, ...], means first. */
export function clampedPosterior(moments: Tensor): LatentPosterior {
  const c = itemAt(moments.shape, 1) / 2;
  const [mean, wide] = split(moments, { axis: 1, sizes: [c, c] }) as [Tensor, Tensor];
  return { mean, logVariance: minimum(maximum(wide, scalar(-30)), scalar(20)) };
}

/** A latent of the posterior for a given draw from N(0, I) of the mean's shape. */
export const samplePosterior = ({ mean, logVariance }: LatentPosterior, noise: Tensor): Tensor =>
  add(mean, mul(exp(scale(logVariance, 0.5)), noise));

/** Pixels of one latent along each side. */
export const downsampling = ({ block_out_channels }: Pick<AutoencoderConfig, "block_out_channels">): number =>
  2 ** (block_out_channels.length - 1);

/** Scale and shift of latents. */
export type Scaling = Pick<AutoencoderConfig, "scaling_factor" | "shift_factor">;
/** An encoder's latent as a U-Net wants it, of deviation near 1: (z - shift_factor) · scaling_factor. */
export const scaleLatent = (z: Tensor, { scaling_factor, shift_factor }: Scaling): Tensor =>
  scale(shift_factor ? sub(z, scalar(shift_factor)) : z, scaling_factor);
/** A U-Net's latent as a decoder wants it: the inverse of `scaleLatent`. */
export const unscaleLatent = (z: Tensor, { scaling_factor, shift_factor }: Scaling): Tensor => {
  const wide = scale(z, 1 / scaling_factor);
  return shift_factor ? add(wide, scalar(shift_factor)) : wide;
};

/**
 * Stable Diffusion's autoencoder (Kingma and Welling 2014; Rombach et al. 2022). `encode`: images
 * [b, in_channels, H, W] in -1 .. 1 to their posterior at H / f, W / f; `decode`: latents to images. Neither applies
 * the scaling factor. Called as a function it gives the reconstruction from the posterior's mean.
 */
export function AutoencoderKL(config: AutoencoderConfig) {
  const { latent_channels: c } = config;
  const [encoder, decoder] = [Encoder(config), Decoder(config)];
  const quant_conv = config.use_quant_conv ? Conv2d(2 * c, 2 * c, 1) : undefined;
  const post_quant_conv = config.use_post_quant_conv ? Conv2d(c, c, 1) : undefined;

  const encode = (image: Tensor): LatentPosterior => {
    expectMultiple(image, downsampling(config));
    const moments = encoder(image); // [b, 2c, h, w]
    return clampedPosterior(quant_conv ? quant_conv(moments) : moments);
  };
  const decode = (z: Tensor): Tensor => decoder(post_quant_conv ? post_quant_conv(z) : z);

  const network = module({ encoder, decoder, quant_conv, post_quant_conv }, (image: Tensor) =>
    decode(encode(image).mean),
  );
  return Object.assign(network, { config, encode, decode });
}
/** An autoencoder without its weights. */
export type Autoencoder = ReturnType<typeof AutoencoderKL>;

function expectMultiple(image: Tensor, factor: number): void {
  const { h, w } = dims(image, "b c h w");
  if (h % factor || w % factor) shapeError(`expected sides that are multiples of ${factor}, got ${h} x ${w}`);
}
