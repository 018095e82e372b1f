import type { Tensor } from "aquatint/graph";
import { clampedPosterior, DownBlock, type LatentPosterior } from "aquatint/models";
import { Conv2d, expectChannels, GroupNorm, Linear, module } from "aquatint/nn";
import { clamp, reshape, silu, split } from "aquatint/ops";
import { itemAt } from "aquatint/util";
import type { VaeConfig } from "./config.ts";
import { ImageDecoder } from "./image-decoder.ts";

/** Output of a decoder for an image: a logistic distribution for each value, both [n, c, h, w]. */
export interface ImageLikelihood {
  readonly mean: Tensor;
  /** ln of the distribution's scale, at least -7 (Salimans et al. 2017). */
  readonly logScale: Tensor;
}

const LEAST_LOG_SCALE = -7;

/** Images [n, in_channels, side, side] that show `condition` [n, condition_size] to the moments [n, 2 latent_size]. */
function VectorEncoder(config: VaeConfig) {
  const { in_channels, block_out_channels: widths, sample_size, condition_size, latent_size } = config;
  const norm = { groups: config.norm_num_groups, eps: 1e-5 };
  const last = widths.length - 1;
  const least = sample_size / 2 ** last;
  const conv_in = Conv2d(in_channels, itemAt(widths, 0), 3);
  const down_blocks = widths.map((outChannels, i) =>
    DownBlock({
      inChannels: itemAt(widths, Math.max(i - 1, 0)),
      outChannels,
      layers: config.layers_per_block,
      downsample: i === last ? undefined : { padding: 1 },
      resnet: { norm, timeChannels: condition_size, timeScaleShift: true },
      attention: undefined,
    }),
  );
  const conv_norm_out = GroupNorm(norm.groups, itemAt(widths, last), norm);
  const linear_out = Linear(itemAt(widths, last) * least * least, 2 * latent_size);
  return module({ conv_in, down_blocks, conv_norm_out, linear_out }, (x: Tensor, temb: Tensor): Tensor => {
    const h = down_blocks.reduce((y, block) => itemAt(block(y, { temb }), -1), conv_in(x)); // [n, widths.at(-1), least, least]
    const deepest = silu(conv_norm_out(h));
    return linear_out(reshape(deepest, { shape: [itemAt(x.shape, 0), -1] }));
  });
}

/**
 * A variational autoencoder (Kingma and Welling 2014) that is told what images show (Sohn et al. 2015). `encode`:
 * images in -1 .. 1 to their posterior over vectors [n, latent_size]; `decode`: vectors to a distribution of images.
 */
export function ConditionalVAE(config: VaeConfig) {
  const { in_channels: c, latent_size } = config;
  const encoder = VectorEncoder(config);
  const decoder = ImageDecoder({
    latentSize: latent_size,
    conditionSize: config.condition_size,
    outChannels: 2 * c,
    side: config.sample_size,
    widths: config.block_out_channels,
    layers: config.layers_per_block,
    groups: config.norm_num_groups,
  });
  const encode = (x: Tensor, condition: Tensor): LatentPosterior => {
    expectChannels(x, c);
    return clampedPosterior(encoder(x, condition));
  };
  const decode = (z: Tensor, condition: Tensor): ImageLikelihood => {
    const [mean, wide] = split(decoder(z, condition), { axis: 1, sizes: [c, c] }) as [Tensor, Tensor];
    return { mean, logScale: clamp(wide, { min: LEAST_LOG_SCALE }) };
  };
  const vae = module({ encoder, decoder }, (z: Tensor, condition: Tensor) => decode(z, condition).mean);
  return Object.assign(vae, { config, encode, decode });
}
/** A variational autoencoder without its weights; called as a function it is its decoder. */
export type VariationalAutoencoder = ReturnType<typeof ConditionalVAE>;
