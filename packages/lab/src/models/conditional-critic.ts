import type { Tensor } from "aquatint/graph";
import { Conv2d, expectChannels, Linear, module } from "aquatint/nn";
import { add, avgPool2d, leakyRelu, mul, reshape, scale, sum } from "aquatint/ops";
import { itemAt } from "aquatint/util";
import type { CriticConfig } from "./config.ts";

const active = (x: Tensor): Tensor => leakyRelu(x, { slope: 0.2 });

/** Two convolutions with a shortcut and without normalization, which would tie the images of a batch to each other. */
function CriticBlock(inChannels: number, outChannels: number) {
  const conv1 = Conv2d(inChannels, outChannels, 3);
  const conv2 = Conv2d(outChannels, outChannels, 3);
  const conv_shortcut = inChannels === outChannels ? undefined : Conv2d(inChannels, outChannels, 1, { bias: false });
  return module({ conv1, conv2, conv_shortcut }, (x: Tensor): Tensor => {
    const h = conv2(active(conv1(active(x)))); // [n, outChannels, h, w]
    return scale(add(conv_shortcut ? conv_shortcut(x) : x, h), Math.SQRT1_2);
  });
}

/**
 * A critic of images [n, in_channels, side, side] that should show `condition` [n, condition_size]: logits [n]. The
 * condition enters by a projection (Miyato and Koyama 2018).
 */
export function ConditionalCritic(config: CriticConfig) {
  const { in_channels, block_out_channels: widths, sample_size, feature_size } = config;
  const least = sample_size / 2 ** (widths.length - 1);
  const conv_in = Conv2d(in_channels, itemAt(widths, 0), 3);
  const blocks = widths.map((width, i) => CriticBlock(itemAt(widths, Math.max(i - 1, 0)), width));
  const linear_features = Linear(itemAt(widths, -1) * least * least, feature_size);
  const linear_out = Linear(feature_size, 1);
  const condition_proj = Linear(config.condition_size, feature_size);
  const children = { conv_in, blocks, linear_features, linear_out, condition_proj };
  return module(children, (x: Tensor, condition: Tensor): Tensor => {
    expectChannels(x, in_channels);
    const n = itemAt(x.shape, 0);
    const halved = (h: Tensor, i: number) => (i === 0 ? h : avgPool2d(h, { kernel: 2, stride: 2 }));
    const deepest = blocks.reduce((h, block, i) => block(halved(h, i)), conv_in(x)); // [n, widths.at(-1), least, least]
    const features = active(linear_features(reshape(active(deepest), { shape: [n, -1] }))); // [n, feature_size]
    const fitting = sum(mul(features, condition_proj(condition)), { axes: [1] });
    return add(reshape(linear_out(features), { shape: [n] }), scale(fitting, 1 / Math.sqrt(feature_size)));
  });
}
