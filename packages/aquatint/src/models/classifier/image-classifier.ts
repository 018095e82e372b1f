import { shapeError } from "../../graph/op.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { Conv2d, expectChannels, GroupNorm } from "../../nn/layers.ts";
import { module } from "../../nn/module.ts";
import { silu } from "../../ops/activation.ts";
import { mean } from "../../ops/reduce.ts";
import { itemAt } from "../../util/items.ts";
import { ResnetBlock2D } from "../blocks/resnet-block.ts";
import type { ClassifierConfig } from "./config.ts";

/** Output of a classifier for a batch of images. */
export interface ClassifierOutput {
  /** Logits of every class, and of nothing last, for each place of the grid: [n, classes + 1, h / stride, w / stride]. */
  readonly cells: Tensor;
  /** Means of the last features over the image, for distances between sets of images: [n, last width]. */
  readonly features: Tensor;
  /** Output of each block, [n, width, h, w], from fine to coarse. */
  readonly states: readonly Tensor[];
}

/** Pixels along each side for one place of the grid. */
export const strideOf = ({ block_out_channels }: ClassifierConfig): number => 2 ** block_out_channels.length;

/** A residual network (He et al. 2016) that names what is to be seen at each place of [n, 3, h, w]; takes any size. */
export function ImageClassifier(config: ClassifierConfig) {
  const { in_channels, block_out_channels: widths, layers_per_block, norm_num_groups: groups, classes } = config;
  const norm = { groups, eps: 1e-5 };
  const conv_in = Conv2d(in_channels, itemAt(widths, 0), 5, { stride: 2 });
  const down_blocks = widths.map((width, i) => {
    const downsampler = i === 0 ? undefined : Conv2d(itemAt(widths, i - 1), width, 3, { stride: 2 });
    const resnets = Array.from({ length: layers_per_block }, () => ResnetBlock2D(width, width, { norm }));
    return module(
      { downsampler, resnets },
      (x: Tensor): Tensor => resnets.reduce((h, resnet) => resnet(h), downsampler ? downsampler(x) : x),
    );
  });
  const conv_norm_out = GroupNorm(groups, itemAt(widths, -1));
  const conv_out = Conv2d(itemAt(widths, -1), classes.length + 1, 1);

  return module({ conv_in, down_blocks, conv_norm_out, conv_out }, (x: Tensor): ClassifierOutput => {
    expectChannels(x, in_channels);
    const ragged = x.shape.slice(2).find((side) => side % strideOf(config));
    if (ragged !== undefined) shapeError(`sides must be multiples of ${strideOf(config)}, got ${x}`);
    const states: Tensor[] = [];
    for (const block of down_blocks) states.push(block(states.at(-1) ?? conv_in(x)));
    const deepest = silu(conv_norm_out(itemAt(states, -1)));
    return { cells: conv_out(deepest), features: mean(deepest, { axes: [2, 3] }), states };
  });
}
