import { defineOp, isNodeOf, type OpFn, shapeError } from "../../graph/op.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { Shape } from "../../graph/types.ts";
import type { Shape4 } from "../../ops/conv-onnx.ts";
import { shape4 } from "../../ops/conv-ops.ts";
import { transpose } from "../../ops/shape.ts";
import { expectRank } from "../../ops/shape-rules.ts";

const nchwc = { domain: "com.microsoft.nchwc" } as const;

/**
 * An image [n, c, h, w] in blocks of channels: [n, c / block, h, w, block]. ONNX Runtime calls the shape of the same
 * numbers [n, c, h, w], and so does every emitted value in blocks: a reshape in between would be a node for nothing.
 */
export const toBlocks: OpFn<[x: Tensor], { block: number }> = defineOp({
  name: "toBlocks",
  infer: ([x], { block }) => {
    expectRank(x, 4, "n, c, h, w");
    const [, channels] = shape4(x);
    if (channels % block) shapeError(`${channels} channels do not make blocks of ${block}`);
    return { dtype: x.dtype, shape: blockedShape(shape4(x), block) };
  },
  emit: (e, x) => e.node("ReorderInput", x, {}, nchwc),
  grad: "unsupported",
});

/** The first `channels` channels of a blocked image, as [n, channels, h, w] or, channels last, [n, h, w, channels]. */
export const fromBlocks: OpFn<[x: Tensor], { channels: number; channelsLast: boolean }> = defineOp({
  name: "fromBlocks",
  infer: ([x], { channels, channelsLast }) => {
    const [n, , h, w] = shape4(x);
    return { dtype: x.dtype, shape: channelsLast ? [n, h, w, channels] : [n, channels, h, w] };
  },
  emit: (e, x, { channels, channelsLast }) =>
    e.node("ReorderOutput", x, { channels, channels_last: channelsLast ? 1 : 0 }, nchwc),
  grad: "unsupported",
});

/** [n, c, h, w] -> [n, c / block, h, w, block] */
const blockedShape = ([n, c, h, w]: Shape4, block: number): Shape => [n, c / block, h, w, block];
/** [n, c / block, h, w, block] -> [n, c, h, w] */
export function unblockedShape(shape: Shape): Shape4 {
  const [n, k, h, w, block] = shape as readonly [...Shape4, number];
  return [n, k * block, h, w];
}

/** The blocks behind `x` where it was computed in blocks and has all their channels. */
export function blocksOf({ node, shape }: Tensor): Tensor | undefined {
  if (!isNodeOf(node, fromBlocks) || node.attrs.channelsLast) return undefined;
  const [blocks] = node.inputs;
  return shape[1] === unblockedShape(blocks.shape)[1] ? blocks : undefined;
}
/** An image in blocks: as it was computed, or put into them. */
export const inBlocks = (x: Tensor, block: number): Tensor => blocksOf(x) ?? toBlocks(x, { block });
/** An image of blocks as every other op takes it. */
export const outOfBlocks = (x: Tensor, channels = unblockedShape(x.shape)[1]): Tensor =>
  fromBlocks(x, { channels, channelsLast: false });

/** True if the channels of `x` fill whole blocks. */
export const fillsBlocks = (x: Tensor, block: number): boolean =>
  x.shape.length === 4 && x.dtype === "float32" && shape4(x)[1] % block === 0;

/** An image as [n, h, w, c]. */
export function channelsLast(x: Tensor): Tensor {
  const blocks = blocksOf(x);
  return blocks
    ? fromBlocks(blocks, { channels: shape4(x)[1], channelsLast: true })
    : transpose(x, { perm: [0, 2, 3, 1] });
}
