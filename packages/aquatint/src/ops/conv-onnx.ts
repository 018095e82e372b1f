import type { Emitter } from "../graph/emitter.ts";
import type { Shape } from "../graph/types.ts";
import { sizeAt } from "./shape-rules.ts";
import { both, type Sliding, type Two } from "./window.ts";

/** Stride, padding, dilation and groups of a convolution, by rows and columns. */
export interface Geometry extends Sliding {
  readonly groups: number;
}
/** The four sizes of an image batch [n, c, h, w] or of a kernel [o, c / groups, kh, kw]. */
export type Shape4 = readonly [number, number, number, number];

/** ONNX's attributes for a kernel that is laid this way. */
export const convAttributes = (
  [, , kh, kw]: Shape4,
  { stride, padding, trailing = padding, dilation, groups }: Geometry,
) => ({
  kernel_shape: [kh, kw],
  strides: stride,
  pads: [...padding, ...trailing],
  dilations: dilation,
  group: groups,
});

/** A value in the emitted graph, with its shape. */
interface Value {
  readonly name: string;
  readonly shape: Shape4;
}

/** A transposed convolution of x by w, with a result of shape `size`, in the form that is fastest and right. */
export function transposedConv(
  e: Emitter,
  x: Value,
  w: Value,
  { size, ...geometry }: Geometry & { size: Shape },
): string {
  const { stride, padding, dilation, groups } = geometry;
  const reach = both((i) => dilation[i] * (sizeAt(w.shape, 2 + i) - 1));
  const extra = both(
    (i) => sizeAt(size, 2 + i) - ((sizeAt(x.shape, 2 + i) - 1) * stride[i] - 2 * padding[i] + reach[i] + 1),
  );
  const more = both((i) => Math.floor(extra[i] / stride[i]));
  if (more[0] + more[1] > 0) return transposedConv(e, extended(e, x, more), w, { size, ...geometry });
  const dense = stride[0] === 1 && stride[1] === 1;
  const pointwise = reach[0] + reach[1] + padding[0] + padding[1] === 0 && groups === 1;
  if (dense && pointwise) return pointwiseTransposed(e, x, w, size);
  // ConvTranspose of ONNX Runtime 1.30 is wrong on WebGPU for several channels in each of several groups
  const broken = groups > 1 && w.shape[0] > groups;
  return (dense || broken) && padding[0] <= reach[0] && padding[1] <= reach[1]
    ? flippedConv(e, dense ? x : spreadOut(e, x, { stride, extra }), w, {
        ...geometry,
        stride: [1, 1],
        padding: both((i) => reach[i] - padding[i]),
      })
    : e.node("ConvTranspose", [x.name, w.name], { ...convAttributes(w.shape, geometry), output_padding: extra });
}

/** The pixels of x `stride` apart with zeros between them, and `extra` zeros after the last. */
function spreadOut(e: Emitter, { name, shape }: Value, { stride, extra }: { stride: Two; extra: Two }): Value {
  const [n, c, h, w] = shape;
  const pixels = [h, w] as const;
  const reshaped = (x: string, sizes: Shape) => e.node("Reshape", [x, e.constant("int64", sizes)]);
  const margins = e.constant("int64", [...Array(9).fill(0), stride[0] - 1, 0, stride[1] - 1]);
  const cells = e.node("Pad", [reshaped(name, [n, c, h, 1, w, 1]), margins], { mode: "constant" });
  const [height, width] = both((i) => (pixels[i] - 1) * stride[i] + 1 + extra[i]);
  const bounds = [
    [0, 0],
    [height, width],
    [2, 3],
  ].map((v) => e.constant("int64", v));
  const slice = e.node("Slice", [reshaped(cells, [n, c, h * stride[0], w * stride[1]]), ...bounds]);
  return { name: slice, shape: [n, c, height, width] };
}

/** ONNX Runtime adds less than a stride to the result; the rest comes from pixels of 0 after the last. */
function extended(e: Emitter, { name, shape }: Value, [rows, columns]: Two): Value {
  const margins = e.constant("int64", [0, 0, 0, 0, 0, 0, rows, columns]);
  const [n, c, h, w] = shape;
  return { name: e.node("Pad", [name, margins], { mode: "constant" }), shape: [n, c, h + rows, w + columns] };
}

function pointwiseTransposed(e: Emitter, { name, shape: [n, o, h, width] }: Value, w: Value, size: Shape): string {
  const flatWeight = e.node("Reshape", [w.name, e.constant("int64", [o, sizeAt(size, 1)])]);
  const matrix = e.node("Transpose", [flatWeight], { perm: [1, 0] });
  const flat = e.node("MatMul", [matrix, e.node("Reshape", [name, e.constant("int64", [n, o, h * width])])]);
  return e.node("Reshape", [flat, e.constant("int64", size)]);
}

/** With stride 1 an ordinary convolution by the weight, transposed in its channels and flipped in space, is the faster form. */
function flippedConv(e: Emitter, x: Value, w: Value, geometry: Geometry): string {
  const [o, c, kh, kw] = w.shape;
  const { groups } = geometry;
  const reshaped = (name: string, shape: Shape) => e.node("Reshape", [name, e.constant("int64", shape)]);
  const swapped =
    groups === 1
      ? e.node("Transpose", [w.name], { perm: [1, 0, 2, 3] })
      : reshaped(e.node("Transpose", [reshaped(w.name, [groups, o / groups, c, kh, kw])], { perm: [0, 2, 1, 3, 4] }), [
          groups * c,
          o / groups,
          kh,
          kw,
        ]);
  const ends = [
    [-1, -1],
    [-100_000, -100_000],
    [2, 3],
    [-1, -1],
  ].map((v) => e.constant("int64", v));
  return e.node(
    "Conv",
    [x.name, e.node("Slice", [swapped, ...ends])],
    convAttributes([groups * c, o, kh, kw], geometry),
  );
}

/** Attributes of the gradient of a convolution's weight. */
export interface WeightGradient extends Geometry {
  /** The weight's shape. */
  readonly size: Shape;
}

/** Options of `weightGradientNodes`. */
interface WeightGradientOptions extends WeightGradient {
  /** The image is [n, h, w, c]; only without groups. */
  readonly channelsLast?: true;
}

/**
 * The gradient of a convolution with respect to its weight: for each place of the kernel one product (one a group) of
 * dY [o, nhw] with the shifted image [nhw, c], so that the product itself sums over the batch.
 */
export function weightGradientNodes(e: Emitter, x: Value, dy: Value, options: WeightGradientOptions): string {
  const { size, groups } = options;
  const [n, o, h, w] = dy.shape;
  const [, c] = size as Shape4;
  const as = (name: string, shape: Shape) => e.node("Reshape", [name, e.constant("int64", shape)]);
  const perGroup = groups === 1 ? [] : [groups];
  const grouped = as(dy.name, [n, groups, o / groups, h * w]);
  const rows = as(e.node("Transpose", [grouped], { perm: [1, 2, 0, 3] }), [...perGroup, o / groups, n * h * w]);
  const products = shiftedImages(e, channelsInside(e, x, options), [h, w], options).map((shifted) =>
    e.node("MatMul", [rows, as(shifted, [...perGroup, n * h * w, c])]),
  );
  const [only, ...rest] = products;
  if (only !== undefined && rest.length === 0) return as(only, size);
  const offsetsInside = as(e.node("Concat", products, { axis: -1 }), [o, products.length, c]);
  return as(e.node("Transpose", [offsetsInside], { perm: [0, 2, 1] }), size);
}

/** An image as [n, h, w, c], or [groups, n, h, w, c] where there are groups. */
function channelsInside(e: Emitter, { name, shape }: Value, { groups, channelsLast }: WeightGradientOptions): string {
  if (channelsLast) return name;
  if (groups === 1) return e.node("Transpose", [name], { perm: [0, 2, 3, 1] });
  const [n, c, h, w] = shape;
  const grouped = e.node("Reshape", [name, e.constant("int64", [n, groups, c / groups, h, w])]);
  return e.node("Transpose", [grouped], { perm: [1, 0, 3, 4, 2] });
}

/** For each point of the kernel, the pixels under it at each of the kernel's positions on an image from `channelsInside`. */
function shiftedImages(e: Emitter, image: string, [h, w]: Two, options: WeightGradient): string[] {
  const { size, stride, padding, dilation, groups } = options;
  const [, , kh, kw] = size as Shape4;
  const before = groups === 1 ? [0] : [0, 0];
  const axes = [before.length, before.length + 1];
  const margins = [...before, ...padding, 0];
  const padded = padding.some((p) => p > 0)
    ? e.node("Pad", [image, e.constant("int64", [...margins, ...margins])], { mode: "constant" })
    : image;
  return Array.from({ length: kh * kw }, (_, k) => {
    const first = [Math.floor(k / kw) * dilation[0], (k % kw) * dilation[1]] as const;
    const last = [first[0] + stride[0] * (h - 1) + 1, first[1] + stride[1] * (w - 1) + 1];
    return e.node("Slice", [padded, ...[first, last, axes, stride].map((v) => e.constant("int64", v))]);
  });
}
