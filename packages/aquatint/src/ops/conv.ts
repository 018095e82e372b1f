import { defineOp, type Emitter, type OpFn, refuse } from "../graph/op.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Shape, Type } from "../graph/types.ts";
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

/** The gradient of conv2d with respect to its weight, of shape `size`. */
const weightGradient: OpFn<[x: Tensor, dy: Tensor], Geometry & { size: Shape }> = defineOp({
  name: "conv2dWeightGradient",
  infer: (_, { size }) => ({ dtype: "float32", shape: size }),
  emit: (e, [x, dy], { size, stride, padding }, { inputs: [xType, dyType] }) => {
    const [n, o, h, w] = shape4(dyType);
    const [, c, kh, kw] = size as unknown as Shape4;
    const margin = [0, 0, padding, padding];
    const padded = padding
      ? e.node("Pad", [x!, e.constant("int64", [...margin, ...margin])], { mode: "constant" })
      : x!;
    const rows = e.node("Reshape", [dy!, e.constant("int64", [n, o, h * w])]);
    const whole = kh === 1 && kw === 1 && stride === 1 && !padding && shape4(xType)[2] === h;
    // one product a place of the kernel: dY [n, o, hw] with the shifted picture [n, c, hw], summed over n
    const parts = Array.from({ length: kh * kw }, (_, k) => {
      const [i, j] = [Math.floor(k / kw), k % kw];
      const window = [
        [i, j],
        [i + stride * (h - 1) + 1, j + stride * (w - 1) + 1],
        [2, 3],
        [stride, stride],
      ];
      const shifted = whole ? padded : e.node("Slice", [padded, ...window.map((v) => e.constant("int64", v))]);
      const columns = e.node("Reshape", [shifted, e.constant("int64", [n, c, h * w])]);
      const product = e.node("FusedMatMul", [rows, columns], { transA: 0, transB: 1 }, { domain: "com.microsoft" });
      const total = e.node("ReduceSum", [product, e.constant("int64", [0])], { keepdims: 0 });
      return e.node("Reshape", [total, e.constant("int64", [o, c, 1])]);
    });
    const joined = parts.length === 1 ? parts[0]! : e.node("Concat", parts, { axis: 2 });
    return e.node("Reshape", [joined, e.constant("int64", size)]);
  },
  grad: ([d], { inputs: [x, dy], attrs: { stride, padding } }) => [
    inputGradient(dy, d, { stride, padding, size: x.shape }),
    conv2d(x, d, undefined, { stride, padding }),
  ],
});
