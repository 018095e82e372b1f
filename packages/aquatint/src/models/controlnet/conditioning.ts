import type { Tensor } from "../../graph/tensor.ts";
import { Conv2d, type Layer } from "../../nn/layers.ts";
import { module } from "../../nn/module.ts";
import { silu } from "../../ops/activation.ts";
import { itemAt } from "../../util/items.ts";

/** Options of the network that reads a ControlNet's image. */
export interface ConditioningOptions {
  readonly inChannels: number;
  /** Widths from the image's size down; each step to the next halves it. */
  readonly widths: readonly number[];
  readonly outChannels: number;
}

/** An image [b, inChannels, f h, f w] made small beside a latent [b, outChannels, h, w], f = 2^(widths - 1). */
export function ControlNetConditioningEmbedding({ inChannels, widths, outChannels }: ConditioningOptions) {
  const conv_in = Conv2d(inChannels, itemAt(widths, 0), 3);
  const blocks = widths
    .slice(1)
    .flatMap((width, i) => [
      Conv2d(itemAt(widths, i), itemAt(widths, i), 3),
      Conv2d(itemAt(widths, i), width, 3, { stride: 2 }),
    ]);
  const conv_out = Conv2d(itemAt(widths, -1), outChannels, 3, { init: "zeros" });
  return module({ conv_in, blocks, conv_out }, (image: Tensor): Tensor => {
    const features = [conv_in, ...blocks].reduce((x: Tensor, conv: Layer) => silu(conv(x)), image);
    return conv_out(features); // [b, outChannels, h, w]
  });
}
