import { defineOp, type OpFn, refuse } from "../graph/op.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Shape } from "../graph/types.ts";
import { transpose } from "./shape.ts";
import { expectRank } from "./shape-rules.ts";

const nchwc = { domain: "com.microsoft.nchwc" } as const;

/** A picture [n, c, h, w] in blocks of channels: [n, c / block, h, w, block]. */
export const toBlocks: OpFn<[x: Tensor], { block: number }> = defineOp({
  name: "toBlocks",
  infer: ([x], { block }) => {
    expectRank(x, 4, "n, c, h, w");
    if (x.shape[1]! % block) refuse(`${x.shape[1]} channels do not make blocks of ${block}`);
    return { dtype: x.dtype, shape: blockedShape(x.shape, block) };
  },
  emit: (e, x, _, { outputs: [y] }) =>
    e.node("Reshape", [e.node("ReorderInput", x, {}, nchwc), e.constant("int64", y!.shape)]),
  grad: "refused",
});

/** The first `channels` channels of a blocked picture, as [n, channels, h, w] or, channels last, [n, h, w, channels]. */
export const fromBlocks: OpFn<[x: Tensor], { channels: number; channelsLast: boolean }> = defineOp({
  name: "fromBlocks",
  infer: ([x], { channels, channelsLast }) => {
    const [n, , h, w] = x.shape as [number, number, number, number];
    return { dtype: x.dtype, shape: channelsLast ? [n, h, w, channels] : [n, channels, h, w] };
  },
  emit: (e, [x], { channels, channelsLast }, { inputs: [source] }) => {
    const whole = e.node("Reshape", [x!, e.constant("int64", unblockedShape(source.shape))]);
    return e.node("ReorderOutput", [whole], { channels, channels_last: channelsLast ? 1 : 0 }, nchwc);
  },
  grad: "refused",
});

/** [n, c, h, w] -> [n, c / block, h, w, block] */
export const blockedShape = ([n, c, h, w]: Shape, block: number): Shape => [n!, c! / block, h!, w!, block];
/** [n, c / block, h, w, block] -> [n, c, h, w] */
export const unblockedShape = ([n, k, h, w, block]: Shape): Shape => [n!, k! * block!, h!, w!];

/** The blocks behind `x` where it was computed in blocks and has all their channels. */
export function blocksOf({ node: { op, inputs, attrs }, shape }: Tensor): Tensor | undefined {
  if (op !== fromBlocks.op || (attrs as { channelsLast: boolean }).channelsLast) return undefined;
  const [blocks] = inputs;
  return shape[1] === unblockedShape(blocks!.shape)[1] ? blocks : undefined;
}
/** A picture in blocks: as it was computed, or put into them. */
export const inBlocks = (x: Tensor, block: number): Tensor => blocksOf(x) ?? toBlocks(x, { block });
/** A picture of blocks as every other op takes it. */
export const outOfBlocks = (x: Tensor, channels = unblockedShape(x.shape)[1]!): Tensor =>
  fromBlocks(x, { channels, channelsLast: false });

/** Whether blocks of channels hold `x` without rest. */
export const fillsBlocks = (x: Tensor, block: number): boolean =>
  x.shape.length === 4 && x.dtype === "float32" && x.shape[1]! % block === 0;

/** An operand of an elementwise op over blocks: a number, or a picture that was computed in blocks itself. */
export const operandInBlocks = (x: Tensor): Tensor | undefined => (x.shape.length === 0 ? x : blocksOf(x));

/** A picture as [n, h, w, c]. */
export function channelsLast(x: Tensor): Tensor {
  const blocks = blocksOf(x);
  return blocks
    ? fromBlocks(blocks, { channels: x.shape[1]!, channelsLast: true })
    : transpose(x, { perm: [0, 2, 3, 1] });
}
