import type { Emitter } from "../../graph/emitter.ts";
import { defineOp, type OpFn } from "../../graph/op.ts";
import { type Rule, ruleFor } from "../../graph/rewrite.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { Shape } from "../../graph/types.ts";
import { convAttributes, type Geometry, type Shape4, weightGradientNodes } from "../../ops/conv-onnx.ts";
import { convolution, shape4, transposedConvolution, value, weightGradient } from "../../ops/conv-ops.ts";
import { pad } from "../../ops/shape.ts";
import { sizeAt } from "../../ops/shape-rules.ts";
import { both, placesOf } from "../../ops/window.ts";
import { phaseConv } from "../fuse/upsampled-conv.ts";
import { channelsLast, fillsBlocks, inBlocks, outOfBlocks } from "./blocks.ts";

/** [o / block, i / inner, kh, kw, inner, block] */
type KernelShape = readonly [...Shape4, inner: number, block: number];

interface KernelOptions {
  readonly block: number;
  /** The kernel of the image's gradient: outputs and inputs change places, and so do the ends of the window. */
  readonly backward: boolean;
}

/**
 * A kernel [o, i, kh, kw] in blocks, [o / block, i / block, kh, kw, block of i, block of o]; outputs are filled up with
 * zeros. Fewer inputs than a block stay single: [o / block, i, kh, kw, 1, block of o]. As an emitted value it has the shape
 * [o, i, kh, kw], as ONNX Runtime takes it.
 */
const blockKernel: OpFn<[weight: Tensor], KernelOptions> = defineOp({
  name: "blockKernel",
  infer: ([{ dtype, shape }], { block, backward }) => {
    const [o, i, kh, kw] = backward ? swapped(shape as Shape4) : (shape as Shape4);
    const inner = i < block ? 1 : block;
    return { dtype, shape: [Math.ceil(o / block), i / inner, kh, kw, inner, block] };
  },
  emit: (e, [w], { backward }, { inputs: [weight], outputs: [y] }) => {
    const [o, i, kh, kw, inner, block] = y.shape as KernelShape;
    const positions = kh * kw;
    const as = (name: string, shape: Shape) => e.node("Reshape", [name, e.constant("int64", shape)]);
    const padded = filledUp(e, w, weight.shape, { axis: backward ? 1 : 0, to: o * block });
    // the outputs' blocks as those of an image, which is many times faster than a transpose of single numbers
    const imageShape = backward ? [i * inner, o * block, 1, positions] : [1, o * block, 1, i * inner * positions];
    const inside = e.node("ReorderInput", [as(padded, imageShape)], {}, { domain: "com.microsoft.nchwc" });
    const [between, perm] = backward
      ? ([
          [i, inner, o, positions, block],
          [2, 0, 3, 1, 4],
        ] as const)
      : ([
          [o, i, inner, positions, block],
          [0, 1, 3, 2, 4],
        ] as const);
    const blocks = e.node("Transpose", [as(inside, between)], { perm });
    const order = Array.from({ length: positions }, (_, k) => positions - 1 - k);
    const reversed = backward ? e.node("Gather", [blocks, e.constant("int64", order)], { axis: 2 }) : blocks;
    return as(reversed, [o * block, i * inner, kh, kw]);
  },
  grad: "unsupported",
});
const swapped = ([o, i, kh, kw]: Shape4): Shape4 => [i, o, kh, kw];

function filledUp(e: Emitter, w: string, shape: Shape, { axis, to }: { axis: number; to: number }): string {
  if (shape[axis] === to) return w;
  const none = shape.map(() => 0);
  const pads = [...none, ...none.with(axis, to - sizeAt(shape, axis))];
  return e.node("Pad", [w, e.constant("int64", pads)], { mode: "constant" });
}

/** conv2d in blocks: x [n, c / block, h, w, block], or [n, c, h, w] with fewer channels than a block, by a blocked kernel. */
const nchwcConv: typeof convolution = defineOp({
  name: "nchwcConv",
  infer: ([x, kernel], geometry) => {
    const [n, , h, w] = x.shape as Shape4;
    const [o, , kh, kw, , block] = kernel.shape as KernelShape;
    return { dtype: x.dtype, shape: [n, o, ...placesOf([h, w], [kh, kw], geometry), block] };
  },
  emit: (e, [x, kernel, ...bias], geometry, { inputs: [, blocks] }) => {
    const [o, i, kh, kw, inner, block] = blocks.shape as KernelShape;
    const attributes = convAttributes([o * block, i * inner, kh, kw], geometry);
    return e.node("Conv", [x, kernel, ...bias], attributes, { domain: "com.microsoft.nchwc" });
  },
  grad: "unsupported",
});

/** Convolutions of images whose channels fill blocks or are fewer than a block, without groups. */
export const convInBlocks = (block: number): Rule[] =>
  [convolution, phaseConv].map((op) =>
    ruleFor(op, ({ inputs, attrs }) => inBlocksOf(inputs, attrs, { block, backward: false })),
  );

/** Transposed convolutions that are a convolution by the reversed kernel: those without steps. */
export const transposedConvInBlocks = (block: number): Rule =>
  ruleFor(transposedConvolution, ({ inputs, outputs: [y], attrs: { size: _, ...geometry } }) => {
    const [x, weight] = inputs;
    const [, , kh, kw] = shape4(weight);
    const kernel = [kh, kw] as const;
    const padding = both((i) => geometry.dilation[i] * (kernel[i] - 1) - geometry.padding[i]);
    if (geometry.stride.some((s) => s > 1) || padding.some((p) => p < 0)) return undefined;
    const [, , h, w] = shape4(x);
    const size = placesOf([h, w], kernel, { ...geometry, padding });
    if (size.some((d, i) => d !== y.shape[2 + i])) return undefined;
    return inBlocksOf(inputs, { ...geometry, padding }, { block, backward: true });
  });

function inBlocksOf(
  [x, weight, bias]: readonly [x: Tensor, weight: Tensor, ...bias: Tensor[]],
  geometry: Geometry,
  { block, backward }: KernelOptions,
): readonly Tensor[] | undefined {
  const isNarrow = shape4(x)[1] < block;
  if (geometry.groups > 1 || !(isNarrow || fillsBlocks(x, block))) return undefined;
  const channels = shape4(weight)[backward ? 1 : 0];
  const kernel = blockKernel(weight, { block, backward });
  const rest = (kernel.shape as KernelShape)[0] * block - channels;
  const blockedBias = bias && (rest ? pad(bias, { before: [0], after: [rest] }) : bias);
  return [
    outOfBlocks(
      nchwcConv(isNarrow ? x : inBlocks(x, block), kernel, ...(blockedBias ? [blockedBias] : []), geometry),
      channels,
    ),
  ];
}

/** The weight's gradient from an image [n, h, w, c], which is how its products take it. */
const channelsLastGradient: typeof weightGradient = defineOp({
  name: weightGradient.op.name,
  infer: weightGradient.op.infer,
  emit: (e, [x, dy], attrs, { inputs: [xType, dyType] }) =>
    weightGradientNodes(e, value(x, xType), value(dy, dyType), { ...attrs, channelsLast: true }),
  grad: "unsupported",
});

/** Images come out of their blocks with their channels last, where a weight's gradient is taken from them. */
export const weightGradientOfBlocks: Rule = ruleFor(weightGradient, ({ inputs: [x, dy], attrs }) =>
  attrs.groups > 1 ? undefined : [channelsLastGradient(channelsLast(x), dy, attrs)],
);
