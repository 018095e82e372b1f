import { defineOp, type Emitter, type OpFn, refuse } from "../graph/op.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Shape, Type } from "../graph/types.ts";
import { channelsLast } from "./blocks.ts";
import { convInBlocks } from "./conv-blocked.ts";
import { sum } from "./reduce.ts";
import { expectRank } from "./shape-rules.ts";

/** Steps between the places where the kernel is laid, and zeros added on every side. */
export interface ConvOptions {
  readonly stride?: number;
  readonly padding?: number;
}
type Geometry = Required<ConvOptions>;
type Shape4 = readonly [number, number, number, number];

const outputSize = (n: number, k: number, { stride, padding }: Geometry) =>
  Math.floor((n + 2 * padding - k) / stride) + 1;
const onnxAttributes = ([, , kh, kw]: Shape4, { stride: s, padding: p }: Geometry) => ({
  kernel_shape: [kh, kw],
  strides: [s, s],
  pads: [p, p, p, p],
});
const shape4 = (x: Type): Shape4 => x.shape as unknown as Shape4;

/** Cross-correlation of x [n, c, h, w] with weight [o, c, kh, kw], plus bias [o]: [n, o, h', w']. */
export const conv2d = (
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  { stride = 1, padding = 0 }: ConvOptions = {},
): Tensor => (bias ? biasedConv(x, weight, bias, { stride, padding }) : plainConv(x, weight, { stride, padding }));

function convType(x: Type, weight: Type, geometry: Geometry): Type {
  expectRank(x, 4, "n, c, h, w");
  expectRank(weight, 4, "o, c, kh, kw");
  const [n, c, h, w] = shape4(x);
  const [o, wanted, kh, kw] = shape4(weight);
  if (c !== wanted) refuse(`the picture has ${c} channels, the kernel wants ${wanted}`);
  const shape = [n, o, outputSize(h, kh, geometry), outputSize(w, kw, geometry)];
  if (shape.some((d) => d < 1)) refuse(`a ${kh}x${kw} kernel does not fit a ${h}x${w} picture`);
  return { dtype: "float32", shape };
}

const plainConv: OpFn<[x: Tensor, weight: Tensor], Geometry> = defineOp({
  name: "conv2d",
  infer: ([x, weight], geometry) => convType(x, weight, geometry),
  emit: (e, x, geometry, { inputs: [, w] }) => e.node("Conv", x, onnxAttributes(shape4(w), geometry)),
  grad: ([dy], { inputs: [x, w], attrs }) => [
    inputGradient(dy, w, { ...attrs, size: x.shape }),
    weightGradient(x, dy, { ...attrs, size: w.shape }),
  ],
  blocked: ({ inputs, attrs, block }) => convInBlocks(inputs, { ...attrs, block, backward: false }),
});

const biasedConv: OpFn<[x: Tensor, weight: Tensor, bias: Tensor], Geometry> = defineOp({
  name: "conv2d",
  infer: ([x, weight, bias], geometry) => {
    if (bias.shape.length !== 1 || bias.shape[0] !== weight.shape[0]) refuse(`the bias must be [${weight.shape[0]}]`);
    return convType(x, weight, geometry);
  },
  emit: (e, x, geometry, { inputs: [, w] }) => e.node("Conv", x, onnxAttributes(shape4(w), geometry)),
  grad: ([dy], { inputs: [x, w], attrs }) => [
    inputGradient(dy, w, { ...attrs, size: x.shape }),
    weightGradient(x, dy, { ...attrs, size: w.shape }),
    sum(dy, { axes: [0, 2, 3] }),
  ],
  blocked: ({ inputs, attrs, block }) => convInBlocks(inputs, { ...attrs, block, backward: false }),
});

/** The gradient of conv2d with respect to its picture, of shape `size`: a transposed convolution of dy. */
const inputGradient: OpFn<[dy: Tensor, weight: Tensor], Geometry & { size: Shape }> = defineOp({
  name: "conv2dInputGradient",
  infer: (_, { size }) => ({ dtype: "float32", shape: size }),
  emit: (e, [dy, w], { size, ...geometry }, { inputs: [dyType, wType] }) => {
    const weight = shape4(wType);
    const { stride, padding } = geometry;
    const least = Math.min(weight[2], weight[3]);
    if (least === 1 && weight[2] === weight[3] && stride === 1 && padding === 0) {
      return pointwiseInputGradient(e, dy!, w!, dyType, size);
    }
    return stride === 1 && padding < least
      ? flippedConv(e, dy!, w!, weight, geometry)
      : transposedConv(e, dy!, w!, weight, size, shape4(dyType), geometry);
  },
  grad: ([d], { inputs: [dy, w], attrs: { stride, padding } }) => [
    conv2d(d, w, undefined, { stride, padding }),
    weightGradient(d, dy, { stride, padding, size: w.shape }),
  ],
  blocked: ({ inputs, attrs: { stride, padding }, block }) => {
    const [, , kh, kw] = shape4(inputs[1]);
    if (stride !== 1 || kh !== kw || padding >= kh) return undefined;
    return convInBlocks(inputs, { stride, padding: kh - 1 - padding, block, backward: true });
  },
});

function pointwiseInputGradient(e: Emitter, dy: string, w: string, { shape }: Type, size: Shape): string {
  const [n, o, h, width] = shape as unknown as Shape4;
  const c = size[1]!;
  const matrix = e.node("Transpose", [e.node("Reshape", [w, e.constant("int64", [o, c])])], { perm: [1, 0] });
  const flat = e.node("MatMul", [matrix, e.node("Reshape", [dy, e.constant("int64", [n, o, h * width])])]);
  return e.node("Reshape", [flat, e.constant("int64", size)]);
}

/** With stride 1 an ordinary convolution by the weight, transposed in its channels and flipped in space, is the faster form. */
function flippedConv(e: Emitter, dy: string, w: string, [o, c, kh, kw]: Shape4, { padding }: Geometry): string {
  const swapped = e.node("Transpose", [w], { perm: [1, 0, 2, 3] });
  const [last, first, axes, steps] = [
    [-1, -1],
    [-100, -100],
    [2, 3],
    [-1, -1],
  ].map((v) => e.constant("int64", v));
  const flipped = e.node("Slice", [swapped, last!, first!, axes!, steps!]);
  const [ph, pw] = [kh - 1 - padding, kw - 1 - padding];
  return e.node("Conv", [dy, flipped], onnxPads([c, o, kh, kw], ph, pw));
}
const onnxPads = ([, , kh, kw]: Shape4, ph: number, pw: number) => ({
  kernel_shape: [kh, kw],
  pads: [ph, pw, ph, pw],
});

function transposedConv(
  e: Emitter,
  dy: string,
  w: string,
  weight: Shape4,
  size: Shape,
  [, , h, width]: Shape4,
  geometry: Geometry,
): string {
  const reached = (n: number, k: number) => (n - 1) * geometry.stride - 2 * geometry.padding + k;
  const output_padding = [size[2]! - reached(h, weight[2]), size[3]! - reached(width, weight[3])];
  return e.node("ConvTranspose", [dy, w], { ...onnxAttributes(weight, geometry), output_padding });
}

interface WeightGradientOptions extends Geometry {
  /** The shape of the weight. */
  readonly size: Shape;
  /** The picture is [n, h, w, c]. */
  readonly channelsLast?: true;
}

/** The gradient of conv2d with respect to its weight. */
const weightGradient: OpFn<[x: Tensor, dy: Tensor], WeightGradientOptions> = defineOp({
  name: "conv2dWeightGradient",
  infer: (_, { size }) => ({ dtype: "float32", shape: size }),
  emit: (e, [x, dy], { size, channelsLast: last, ...geometry }, { inputs: [, { shape }] }) => {
    const [n, o, h, w] = shape as unknown as Shape4;
    const [, c, kh, kw] = size as unknown as Shape4;
    const picture = last ? x! : e.node("Transpose", [x!], { perm: [0, 2, 3, 1] });
    const rows = as(e, e.node("Transpose", [dy!], { perm: [1, 0, 2, 3] }), [o, n * h * w]);
    const places = windows(e, picture, { window: [kh, kw], reach: [h, w], ...geometry });
    // one product a place of the kernel: dY [o, nhw] with the shifted picture [nhw, c]
    const products = places.map((place) => e.node("MatMul", [rows, as(e, place, [n * h * w, c])]));
    if (products.length === 1) return as(e, products[0]!, size);
    const joined = e.node(
      "Concat",
      products.map((product) => as(e, product, [o, 1, c])),
      { axis: 1 },
    );
    return as(e, e.node("Transpose", [joined], { perm: [0, 2, 1] }), size);
  },
  grad: ([d], { inputs: [x, dy], attrs: { stride, padding } }) => [
    inputGradient(dy, d, { stride, padding, size: x.shape }),
    conv2d(x, d, undefined, { stride, padding }),
  ],
  blocked: ({ inputs: [x, dy], attrs }) =>
    attrs.channelsLast ? undefined : [weightGradient(channelsLast(x), dy, { ...attrs, channelsLast: true })],
});

const as = (e: Emitter, x: string, shape: Shape): string => e.node("Reshape", [x, e.constant("int64", shape)]);

interface Windows extends Geometry {
  readonly window: readonly [number, number];
  readonly reach: readonly [number, number];
}

/** What lies under each place of a window as it goes over a picture [n, h, w, c]: [n, ...reach, c] each. */
function windows(e: Emitter, picture: string, { window: [kh, kw], reach: [h, w], stride, padding: p }: Windows) {
  const margins = [0, p, p, 0, 0, p, p, 0];
  const padded = p ? e.node("Pad", [picture, e.constant("int64", margins)], { mode: "constant" }) : picture;
  return Array.from({ length: kh * kw }, (_, k) => {
    const [i, j] = [Math.floor(k / kw), k % kw];
    const ends = [i + stride * (h - 1) + 1, j + stride * (w - 1) + 1];
    const bounds = [[i, j], ends, [1, 2], [stride, stride]].map((v) => e.constant("int64", v));
    return e.node("Slice", [padded, ...bounds]);
  });
}
