import { defineOp, type OpFn, shapeError } from "../graph/op.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Shape, Type } from "../graph/types.ts";
import {
  convAttributes,
  type Geometry,
  type Shape4,
  transposedConv,
  type WeightGradient,
  weightGradientNodes,
} from "./conv-onnx.ts";
import { sum } from "./reduce.ts";
import { slice } from "./shape.ts";
import { expectDtype, expectRank } from "./shape-rules.ts";
import { placesOf } from "./window.ts";

/** A value in an emitted graph, with its shape. */
export const value = (name: string, type: Type) => ({ name, shape: shape4(type) });
/** The four sizes of an image batch or a kernel. */
export const shape4 = ({ shape }: Type): Shape4 => shape as Shape4;

/** Refuses steps and margins that are no counts, and channels that do not fall into the groups. */
export function checkGeometry({ stride, padding, dilation, groups }: Geometry, ...channels: readonly number[]): void {
  const counts = { stride, dilation, groups: [groups] };
  for (const [name, numbers] of Object.entries(counts)) {
    if (numbers.some((d) => !Number.isInteger(d) || d < 1))
      shapeError(`${name} ${numbers} is not a positive whole number`);
  }
  if (padding.some((d) => !Number.isInteger(d) || d < 0))
    shapeError(`padding ${padding} is not a whole number of 0 or more`);
  const odd = channels.find((c) => c % groups);
  if (odd !== undefined) shapeError(`${odd} channels do not fall into ${groups} groups`);
}

/** Refuses what is no image batch and kernel. */
export function checkOperands(x: Type, weight: Type): void {
  expectDtype(x, "float32");
  expectDtype(weight, "float32");
  expectRank(x, 4, "n, c, h, w");
  expectRank(weight, 4, "o, c, kh, kw");
  if (x.shape[0] === 0) shapeError("there are no images");
}

function convType(x: Type, weight: Type, geometry: Geometry): Type {
  checkOperands(x, weight);
  const [n, c, h, w] = shape4(x);
  const [o, kernelChannels, kh, kw] = shape4(weight);
  const { groups } = geometry;
  checkGeometry(geometry, c, o);
  if (c !== kernelChannels * groups)
    shapeError(`the image has ${c} channels, the kernel wants ${kernelChannels * groups}`);
  const size = placesOf([h, w], [kh, kw], geometry);
  if (Math.min(kh, kw, ...size) < 1) shapeError(`a ${kh}x${kw} kernel does not fit a ${h}x${w} image`);
  return { dtype: "float32", shape: [n, o, ...size] };
}

/** Refuses a bias that is not one number a channel. */
export function checkBias(bias: Type, channels: number): void {
  expectDtype(bias, "float32");
  if (bias.shape.length !== 1 || bias.shape[0] !== channels)
    shapeError(`the bias must be [${channels}], got [${bias.shape}]`);
}

/** conv2d of x [n, c, h, w] with weight [o, c / groups, kh, kw], and with one bias [o] or none. */
export const convolution: OpFn<readonly [x: Tensor, weight: Tensor, ...bias: Tensor[]], Geometry> = defineOp({
  name: "conv2d",
  infer: ([x, weight, bias], geometry) => {
    const type = convType(x, weight, geometry);
    if (bias) checkBias(bias, shape4(weight)[0]);
    return type;
  },
  emit: (e, x, geometry, { inputs: [, w] }) => e.node("Conv", x, convAttributes(shape4(w), geometry)),
  grad: ([dy], { inputs: [x, w, ...bias], attrs }) => [
    transposedConvolution(dy, w, { ...attrs, size: x.shape }),
    weightGradient(x, dy, { ...attrs, size: w.shape }),
    ...bias.map(() => sum(dy, { axes: [0, 2, 3] })),
  ],
});

/** Transposed convolution of x by weight to a result of shape `size`: the gradient of conv2d with respect to its image. */
export const transposedConvolution: OpFn<[x: Tensor, weight: Tensor], Geometry & { size: Shape }> = defineOp({
  name: "convTranspose2d",
  infer: (_, { size }) => ({ dtype: "float32", shape: size }),
  emit: (e, [x, w], attrs, { inputs: [xType, wType] }) => transposedConv(e, value(x, xType), value(w, wType), attrs),
  grad: ([d], { inputs: [x, w], attrs: { size: _, ...geometry } }) => [
    cropTo(convolution(d, w, geometry), x.shape),
    weightGradient(d, x, { ...geometry, size: w.shape }),
  ],
});

/** The gradient of conv2d with respect to its weight. */
export const weightGradient: OpFn<[x: Tensor, dy: Tensor], WeightGradient> = defineOp({
  name: "conv2dWeightGradient",
  infer: (_, { size }) => ({ dtype: "float32", shape: size }),
  emit: (e, [x, dy], attrs, { inputs: [xType, dyType] }) =>
    weightGradientNodes(e, value(x, xType), value(dy, dyType), attrs),
  grad: ([d], { inputs: [x, dy], attrs: { size: _, ...geometry } }) => [
    transposedConvolution(dy, d, { ...geometry, size: x.shape }),
    cropTo(convolution(x, d, geometry), dy.shape),
  ],
});

/** An output padding of a stride or more lets a convolution find more places than the image had. */
const cropTo = (y: Tensor, shape: Shape): Tensor =>
  shape.slice(2).reduce((d, end, i) => (d.shape[2 + i] === end ? d : slice(d, { axis: 2 + i, start: 0, end })), y);
