import type { Tensor } from "aquatint/graph";
import { UpBlock } from "aquatint/models";
import { Conv2d, GroupNorm, Linear, module } from "aquatint/nn";
import { concat, reshape, silu } from "aquatint/ops";
import { itemAt } from "aquatint/util";

/** Options of a decoder from vectors. */
export interface ImageDecoderOptions {
  /** Numbers of a latent vector. */
  readonly latentSize: number;
  /** Numbers that say what the image is to show. */
  readonly conditionSize: number;
  readonly outChannels: number;
  /** Height and width of the images in pixels, a multiple of 2 ** (widths.length - 1). */
  readonly side: number;
  /** Channels from the largest image to the smallest, each half as high and wide. */
  readonly widths: readonly number[];
  readonly layers: number;
  readonly groups: number;
}

/**
 * Vectors z [n, latentSize] and conditions [n, conditionSize] to images [n, outChannels, side, side]: the upper half of
 * a U-Net whose every normalization is scaled and shifted by both (Karras et al. 2019; Dhariwal and Nichol 2021).
 */
export function ImageDecoder(options: ImageDecoderOptions) {
  const { latentSize, conditionSize, outChannels, side, layers, groups } = options;
  const widths = options.widths.toReversed();
  const least = side / 2 ** (widths.length - 1);
  const style = itemAt(widths, 0);
  const norm = { groups, eps: 1e-5 };
  const style_embedding = Linear(latentSize + conditionSize, style);
  const linear_in = Linear(latentSize + conditionSize, itemAt(widths, 0) * least * least);
  const up_blocks = widths.map((outChannels, i) =>
    UpBlock({
      inChannels: itemAt(widths, Math.max(i - 1, 0)),
      outChannels,
      skipChannels: Array.from({ length: layers }, () => 0),
      upsample: i < widths.length - 1,
      resnet: { norm, timeChannels: style, timeScaleShift: true },
      attention: undefined,
    }),
  );
  const conv_norm_out = GroupNorm(groups, itemAt(widths, -1), norm);
  const conv_out = Conv2d(itemAt(widths, -1), outChannels, 3);
  const children = { style_embedding, linear_in, up_blocks, conv_norm_out, conv_out };
  return module(children, (z: Tensor, condition: Tensor): Tensor => {
    const vector = concat([z, condition], { axis: 1 });
    const temb = style_embedding(vector); // [n, style]
    const start = reshape(linear_in(vector), { shape: [-1, itemAt(widths, 0), least, least] });
    const h = up_blocks.reduce((x, block) => block(x, [], { temb }), start); // [n, widths.at(-1), side, side]
    return conv_out(silu(conv_norm_out(h)));
  });
}
