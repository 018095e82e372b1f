import { checking, defineOp, type Op, type OpFn, refuse } from "../graph/op.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Shape, Type } from "../graph/types.ts";
import { channelsLast } from "./blocks.ts";
import { convInBlocks, transposedInBlocks } from "./conv-blocked.ts";
import {
  convAttributes,
  type Geometry,
  type Shape4,
  transposedConv,
  type WeightGradient,
  weightGradientNodes,
} from "./conv-onnx.ts";
import { add } from "./elementwise.ts";
import { sum } from "./reduce.ts";
import { reshape, slice } from "./shape.ts";
import { expectDtype, expectRank } from "./shape-rules.ts";
import { both, type Pair, pairOf, placesOf, type Two } from "./window.ts";

/** How a kernel is laid on a picture. */
export interface ConvOptions {
  /** Steps between the places where the kernel is laid; 1 when absent. */
  readonly stride?: Pair;
  /** Zeros added on every side; 0 when absent. */
  readonly padding?: Pair;
  /** Steps between the points of the kernel; 1 when absent. */
  readonly dilation?: Pair;
  /** Into how many groups the channels fall, each with kernels of its own; 1 when absent, `c` for a depthwise one. */
  readonly groups?: number;
}

/** How a transposed convolution is laid, and how much longer its result is. */
export interface ConvTransposeOptions extends ConvOptions {
  /** Added to one side of the result's size: which of the sizes that a convolution maps to the same one is meant. */
  readonly outputPadding?: Pair;
}

const geometryOf = ({ stride = 1, padding = 0, dilation = 1, groups = 1 }: ConvOptions): Geometry => ({
  stride: pairOf(stride),
  padding: pairOf(padding),
  dilation: pairOf(dilation),
  groups,
});

const value = (name: string, type: Type) => ({ name, shape: shape4(type) });
const shape4 = ({ shape }: Type): Shape4 => shape as Shape4;

/**
 * Cross-correlation of x [n, c, h, w] with weight [o, c / groups, kh, kw], plus bias [o]: [n, o, h', w'] with
 * h' = floor((h + 2 padding - dilation (kh - 1) - 1) / stride) + 1.
 */
export const conv2d = (x: Tensor, weight: Tensor, bias?: Tensor, options: ConvOptions = {}): Tensor =>
  bias ? biasedConv(x, weight, bias, geometryOf(options)) : plainConv(x, weight, geometryOf(options));

/** Refuses steps and margins that are no counts, and channels that do not fall into the groups. */
function checkGeometry({ stride, padding, dilation, groups }: Geometry, ...channels: readonly number[]): void {
  const counts = { stride, dilation, groups: [groups] };
  for (const [name, numbers] of Object.entries(counts)) {
    if (numbers.some((d) => !Number.isInteger(d) || d < 1)) refuse(`${name} ${numbers} is no whole number from 1 on`);
  }
  if (padding.some((d) => !Number.isInteger(d) || d < 0)) refuse(`padding ${padding} is no whole number from 0 on`);
  const odd = channels.find((c) => c % groups);
  if (odd !== undefined) refuse(`${odd} channels do not fall into ${groups} groups`);
}

function checkOperands(x: Type, weight: Type): void {
  expectDtype(x, "float32");
  expectDtype(weight, "float32");
  expectRank(x, 4, "n, c, h, w");
  expectRank(weight, 4, "o, c, kh, kw");
  if (x.shape[0] === 0) refuse("there are no pictures");
}

function convType(x: Type, weight: Type, geometry: Geometry): Type {
  checkOperands(x, weight);
  const [n, c, h, w] = shape4(x);
  const [o, wanted, kh, kw] = shape4(weight);
  const { groups } = geometry;
  checkGeometry(geometry, c, o);
  if (c !== wanted * groups) refuse(`the picture has ${c} channels, the kernel wants ${wanted * groups}`);
  const size = placesOf([h, w], [kh, kw], geometry);
  if (Math.min(kh, kw, ...size) < 1) refuse(`a ${kh}x${kw} kernel does not fit a ${h}x${w} picture`);
  return { dtype: "float32", shape: [n, o, ...size] };
}

function checkBias(bias: Type, channels: number): void {
  expectDtype(bias, "float32");
  if (bias.shape.length !== 1 || bias.shape[0] !== channels)
    refuse(`the bias must be [${channels}], got [${bias.shape}]`);
}

const plainConv: OpFn<[x: Tensor, weight: Tensor], Geometry> = defineOp({
  name: "conv2d",
  infer: ([x, weight], geometry) => convType(x, weight, geometry),
  emit: (e, x, geometry, { inputs: [, w] }) => e.node("Conv", x, convAttributes(shape4(w), geometry)),
  grad: ([dy], { inputs: [x, w], attrs }) => [
    transposed(dy, w, { ...attrs, size: x.shape }),
    weightGradient(x, dy, { ...attrs, size: w.shape }),
  ],
  blocked: (site) => convInBlocks(site),
});

const biasedConv: OpFn<[x: Tensor, weight: Tensor, bias: Tensor], Geometry> = defineOp({
  name: "conv2d",
  infer: ([x, weight, bias], geometry) => {
    const type = convType(x, weight, geometry);
    checkBias(bias, weight.shape[0]!);
    return type;
  },
  emit: (e, x, geometry, { inputs: [, w] }) => e.node("Conv", x, convAttributes(shape4(w), geometry)),
  grad: ([dy], { inputs: [x, w], attrs }) => [
    transposed(dy, w, { ...attrs, size: x.shape }),
    weightGradient(x, dy, { ...attrs, size: w.shape }),
    sum(dy, { axes: [0, 2, 3] }),
  ],
  blocked: (site) => convInBlocks(site),
});

/** The ops behind `conv2d`, for passes. */
export const convOps: readonly Op[] = [plainConv.op, biasedConv.op];

/**
 * Transposed convolution (also called deconvolution): the gradient of conv2d with respect to its picture.
 * x [n, c, h, w] with weight [c, o / groups, kh, kw], plus bias [o]: [n, o, h', w'] with
 * h' = (h - 1) stride - 2 padding + dilation (kh - 1) + outputPadding + 1.
 */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  { outputPadding = 0, ...options }: ConvTransposeOptions = {},
): Tensor {
  const geometry = geometryOf(options);
  const inputs = bias ? [x, weight, bias] : [x, weight];
  const size = checking("convTranspose2d", inputs, () => {
    const shape = transposedShape(x, weight, { ...geometry, extra: pairOf(outputPadding) });
    if (bias) checkBias(bias, shape[1]!);
    return shape;
  });
  const y = transposed(x, weight, { ...geometry, size });
  return bias ? add(y, reshape(bias, { shape: [-1, 1, 1] })) : y;
}

function transposedShape(x: Type, weight: Type, { extra, ...geometry }: Geometry & { extra: Two }): Shape {
  checkOperands(x, weight);
  const [n, c, h, w] = shape4(x);
  const [wanted, o, kh, kw] = shape4(weight);
  const { stride, padding, dilation, groups } = geometry;
  checkGeometry(geometry, c);
  if (c !== wanted) refuse(`the picture has ${c} channels, the kernel wants ${wanted}`);
  for (const i of [0, 1] as const) {
    const most = Math.max(stride[i], dilation[i]) - 1;
    if (!(extra[i] >= 0 && extra[i] <= most)) refuse(`an output padding of ${extra[i]} is outside of 0 to ${most}`);
  }
  const reach = both((i) => dilation[i] * ([kh, kw][i]! - 1));
  const size = both((i) => ([h, w][i]! - 1) * stride[i] - 2 * padding[i] + reach[i] + extra[i] + 1);
  if (Math.min(h, w, kh, kw, ...size) < 1) refuse(`a ${kh}x${kw} kernel leaves nothing of a ${h}x${w} picture`);
  return [n, o * groups, ...size];
}

/** Transposed convolution to a result of shape `size`. */
const transposed: OpFn<[x: Tensor, weight: Tensor], Geometry & { size: Shape }> = defineOp({
  name: "convTranspose2d",
  infer: (_, { size }) => ({ dtype: "float32", shape: size }),
  emit: (e, [x, w], attrs, { inputs: [xType, wType] }) => transposedConv(e, value(x!, xType), value(w!, wType), attrs),
  grad: ([d], { inputs: [x, w], attrs: { size: _, ...geometry } }) => [
    cropTo(conv2d(d, w, undefined, geometry), x.shape),
    weightGradient(d, x, { ...geometry, size: w.shape }),
  ],
  blocked: (site) => transposedInBlocks(site),
});

/** The gradient of conv2d with respect to its weight. */
const weightGradient: OpFn<[x: Tensor, dy: Tensor], WeightGradient> = defineOp({
  name: "conv2dWeightGradient",
  infer: (_, { size }) => ({ dtype: "float32", shape: size }),
  emit: (e, [x, dy], attrs, { inputs: [xType, dyType] }) =>
    weightGradientNodes(e, value(x!, xType), value(dy!, dyType), attrs),
  blocked: ({ inputs: [x, dy], attrs }) =>
    attrs.channelsLast || attrs.groups > 1
      ? undefined
      : [weightGradient(channelsLast(x), dy, { ...attrs, channelsLast: true })],
  grad: ([d], { inputs: [x, dy], attrs: { size: _, ...geometry } }) => [
    transposed(dy, d, { ...geometry, size: x.shape }),
    cropTo(conv2d(x, d, undefined, geometry), dy.shape),
  ],
});

/** An output padding of a stride or more lets a convolution find more places than the picture had. */
const cropTo = (y: Tensor, [, , h, w]: Shape): Tensor =>
  [h!, w!].reduce((d, end, i) => (d.shape[2 + i] === end ? d : slice(d, { axis: 2 + i, start: 0, end })), y);
