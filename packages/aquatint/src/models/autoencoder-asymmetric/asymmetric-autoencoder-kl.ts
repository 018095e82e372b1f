import type { Tensor } from "../../graph/tensor.ts";
import { Conv2d } from "../../nn/layers.ts";
import { module } from "../../nn/module.ts";
import { relu, silu } from "../../ops/activation.ts";
import { add, mul, sub } from "../../ops/elementwise.ts";
import { scalar } from "../../ops/leaves.ts";
import { resizeNearest } from "../../ops/resize.ts";
import { field, integer, listOf, number, oneOf } from "../../util/fields.ts";
import { itemAt } from "../../util/items.ts";
import { clampedPosterior } from "../autoencoder/autoencoder-kl.ts";
import { Decoder, Encoder } from "../autoencoder/coders.ts";
import { type AutoencoderConfig, parseAutoencoderConfig } from "../autoencoder/config.ts";
import { type LatentSpace, posteriorLatentSpace } from "../autoencoder/latent-space.ts";
import { configParser } from "../config.ts";

const size = integer({ from: 1 });
/** Levels of either half, as many as the condition encoder has. */
const LEVELS = 4;

/** Reads the config of an asymmetric autoencoder, in diffusers' names; the widths have no defaults. */
export const parseAsymmetricConfig = configParser({
  model: "AsymmetricAutoencoderKL",
  fields: {
    in_channels: field(size, 3),
    out_channels: field(size, 3),
    down_block_types: field(listOf(oneOf("DownEncoderBlock2D")), []),
    down_block_out_channels: field(listOf(size), []),
    layers_per_down_block: field(size, 1),
    up_block_types: field(listOf(oneOf("UpDecoderBlock2D")), []),
    up_block_out_channels: field(listOf(size), []),
    layers_per_up_block: field(size, 1),
    latent_channels: field(size, 4),
    norm_num_groups: field(size, 32),
    scaling_factor: field(number({ above: 0 }), 0.18215),
  },
  fixed: { act_fn: ["silu", "swish"] },
  inert: ["block_out_channels", "force_upcast", "sample_size"],
  check: ({ down_block_types, down_block_out_channels, up_block_types, up_block_out_channels }) => {
    const lists = { down_block_types, down_block_out_channels, up_block_types, up_block_out_channels };
    const other = Object.entries(lists).find(([, list]) => list.length !== LEVELS);
    return other && `"${other[0]}" must have ${LEVELS} entries, one a level`;
  },
});
/** An asymmetric autoencoder's config with its defaults filled in. */
export type AsymmetricConfig = ReturnType<typeof parseAsymmetricConfig>;

/** The image that a decoder completes [b, 3, H, W], and a mask [b, 1, H, W]: 1 where it is new. */
export interface MaskCondition {
  readonly image: Tensor;
  readonly mask: Tensor;
}

/** The config of one half, as that of a symmetric autoencoder. */
function halfConfig(config: AsymmetricConfig, channels: readonly number[], layers: number): AutoencoderConfig {
  const { in_channels, out_channels, latent_channels, norm_num_groups, scaling_factor } = config;
  const { down_block_types, up_block_types } = config;
  return parseAutoencoderConfig({
    ...{ in_channels, out_channels, latent_channels, norm_num_groups, scaling_factor },
    ...{ down_block_types, up_block_types, block_out_channels: channels, layers_per_block: layers },
  });
}

/** The kept part of an image [b, 3, H, W] at each level of the decoder, the largest first. */
function MaskConditionEncoder(inChannels: number, channels: readonly number[]) {
  const [narrow, wide] = [itemAt(channels, 0), itemAt(channels, -1)];
  const outChannels = [...channels.map((_, i) => Math.min(narrow * 2 ** i, wide)), wide];
  const layers = outChannels.map((width, i) =>
    i < 2
      ? Conv2d(i ? itemAt(outChannels, i - 1) : inChannels, width, 3)
      : Conv2d(itemAt(outChannels, i - 1), width, 4, { stride: 2, padding: 1 }),
  );
  return module({ layers }, (image: Tensor): readonly Tensor[] => {
    const levels: Tensor[] = [];
    for (const layer of layers) levels.push(layer(levels.length ? relu(itemAt(levels, -1)) : image));
    return levels;
  });
}

/** `x` where the mask is 1, resized to it, and `original` elsewhere. */
function blend(x: Tensor, original: Tensor, mask: Tensor): Tensor {
  const share = resizeNearest(mask, { size: [itemAt(x.shape, 2), itemAt(x.shape, 3)] });
  return add(mul(x, share), mul(original, sub(scalar(1), share)));
}

/** Latents to images; with a condition, the kept part of its image takes its place at every level. */
function MaskConditionDecoder(config: AutoencoderConfig) {
  const { conv_in, mid_block, up_blocks, conv_norm_out, conv_out } = Decoder(config).children;
  const condition_encoder = MaskConditionEncoder(config.out_channels, config.block_out_channels);
  const children = { conv_in, mid_block, up_blocks, condition_encoder, conv_norm_out, conv_out };
  return module(children, (z: Tensor, condition?: MaskCondition): Tensor => {
    const levels = condition && condition_encoder(mul(sub(scalar(1), condition.mask), condition.image));
    const at = (x: Tensor, level: number) =>
      condition && levels ? blend(x, itemAt(levels, level), condition.mask) : x;
    const start = mid_block(conv_in(z), {}); // [b, channels.at(-1), h, w]
    const h = up_blocks.reduce((x, block, i) => block(at(x, LEVELS - i), [], {}), start); // [b, channels[0], H, W]
    return conv_out(silu(conv_norm_out(at(h, 0))));
  });
}

/**
 * Stable Diffusion's autoencoder with a larger decoder that may be shown what inpainting keeps (Zhu et al. 2023).
 * `encode` and `decode` are AutoencoderKL's; `decode` takes a condition besides.
 */
export function AsymmetricAutoencoderKL(config: AsymmetricConfig) {
  const { latent_channels: c } = config;
  const small = halfConfig(config, config.down_block_out_channels, config.layers_per_down_block);
  const encoder = Encoder(small);
  const decoder = MaskConditionDecoder(halfConfig(config, config.up_block_out_channels, config.layers_per_up_block));
  const [quant_conv, post_quant_conv] = [Conv2d(2 * c, 2 * c, 1), Conv2d(c, c, 1)];
  const encode = (image: Tensor) => clampedPosterior(quant_conv(encoder(image)));
  const decode = (z: Tensor, condition?: MaskCondition): Tensor => decoder(post_quant_conv(z), condition);
  const network = module({ encoder, decoder, quant_conv, post_quant_conv }, (image: Tensor) =>
    decode(encode(image).mean),
  );
  return Object.assign(network, { config: small, encode, decode });
}

/** Its latents; an image is decoded without a condition. @throws AquatintError "config/…". */
export const asymmetricLatentSpace = (json: unknown): LatentSpace =>
  posteriorLatentSpace(AsymmetricAutoencoderKL(parseAsymmetricConfig(json)));
