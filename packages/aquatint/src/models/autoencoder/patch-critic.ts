import type { Tensor } from "../../graph/tensor.ts";
import { Conv2d, expectChannels } from "../../nn/layers.ts";
import { module } from "../../nn/module.ts";
import { leakyRelu } from "../../ops/activation.ts";
import { itemAt } from "../../util/items.ts";

/** The sizes of a `PatchCritic`. */
export interface PatchCriticConfig {
  readonly in_channels: number;
  /** Channels after each halving of the sides. */
  readonly block_out_channels: readonly number[];
}

/**
 * A critic of patches of images [n, in_channels, h, w], real or generated: logits [n, 1, h / 2^k, w / 2^k] for k widths (Isola et al.
 * 2017), without normalization, which would tie the images of a batch to each other.
 */
export function PatchCritic({ in_channels, block_out_channels: widths }: PatchCriticConfig) {
  const blocks = widths.map((width, i) =>
    Conv2d(i === 0 ? in_channels : itemAt(widths, i - 1), width, 4, { stride: 2, padding: 1 }),
  );
  const conv_out = Conv2d(itemAt(widths, -1), 1, 3);
  return module({ blocks, conv_out }, (x: Tensor): Tensor => {
    expectChannels(x, in_channels);
    return conv_out(blocks.reduce((h, block) => leakyRelu(block(h), { slope: 0.2 }), x));
  });
}
