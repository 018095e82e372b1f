import { defineOp, type OpFn, shapeError } from "../graph/op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { type Shape, sizeOf, type Type } from "../graph/types.ts";
import { cast, equal } from "./comparison.ts";
import { conv2d, convTranspose2d } from "./conv.ts";
import { add, div, mul, sub } from "./elementwise.ts";
import { constant, fill } from "./leaves.ts";
import { sum } from "./reduce.ts";
import { pad, reshape } from "./shape.ts";
import { expectDtype, expectRank, sizeAt } from "./shape-rules.ts";
import { both, type Pair, pairOf, placesOf, type Two } from "./window.ts";

/** The window of a pooling. */
export interface PoolOptions {
  /** The size of the window. */
  readonly kernel: Pair;
  /** Steps between windows; the kernel's size when absent. */
  readonly stride?: Pair | undefined;
  /** Added on every side, at most half a kernel; 0 when absent. */
  readonly padding?: Pair | undefined;
}
/** The window of an average pooling. */
export interface AvgPoolOptions extends PoolOptions {
  /** Count the zeros of the padding, as PyTorch does by default; true when absent. */
  readonly countIncludePad?: boolean | undefined;
}
interface Window {
  readonly kernel: Two;
  readonly stride: Two;
  readonly padding: Two;
}
interface AveragingWindow extends Window {
  readonly countIncludePad: boolean;
}

const windowOf = ({ kernel, stride = kernel, padding = 0 }: PoolOptions): Window => ({
  kernel: pairOf(kernel),
  stride: pairOf(stride),
  padding: pairOf(padding),
});
const attributesOf = ({ kernel, stride, padding }: Window) => ({
  kernel_shape: kernel,
  strides: stride,
  pads: [...padding, ...padding],
});

function pooledShape(x: Type, { kernel, stride, padding }: Window): Shape {
  expectDtype(x, "float32");
  expectRank(x, 4, "n, c, h, w");
  const [n, c, h, w] = x.shape as [number, number, number, number];
  if (n * c === 0) shapeError("there are no images");
  if ([...kernel, ...stride].some((d) => !Number.isInteger(d) || d < 1)) {
    shapeError(`a ${kernel.join("x")} window with stride ${stride} must have positive whole numbers`);
  }
  if (padding.some((p, i) => !Number.isInteger(p) || p < 0 || p > (kernel[i] ?? 0) / 2)) {
    shapeError(`padding ${padding} is outside of 0 to half a ${kernel.join("x")} window`);
  }
  const positions = placesOf([h, w], kernel, { stride, padding, dilation: [1, 1] });
  if (Math.min(...positions) < 1) shapeError(`a ${kernel.join("x")} window does not fit a ${h}x${w} image`);
  return [n, c, ...positions];
}

/** A window of one pixel that stops at each. */
const isOnePixel = ({ kernel, stride }: Window): boolean => [...kernel, ...stride].every((d) => d === 1);

/** The mean of each window of x [n, c, h, w]: [n, c, h', w']. */
export const avgPool2d = (x: Tensor, { countIncludePad = true, ...options }: AvgPoolOptions): Tensor =>
  avgPool(x, { ...windowOf(options), countIncludePad });
const avgPool: OpFn<[x: Tensor], AveragingWindow> = defineOp({
  name: "avgPool2d",
  infer: ([x], window) => ({ dtype: x.dtype, shape: pooledShape(x, window) }),
  emit: (e, x, window) =>
    e.node("AveragePool", x, { ...attributesOf(window), count_include_pad: window.countIncludePad ? 1 : 0 }),
  grad: ([dy], { inputs: [x], attrs }) => {
    const shares = attrs.countIncludePad ? undefined : sharesOf(x, attrs);
    const weight = fill({ value: shares ? 1 : 1 / sizeOf(attrs.kernel), shape: [1, 1, ...attrs.kernel] });
    return [scatterWindows(splitChannels(shares ? mul(dy, shares) : dy, 1), weight, { ...attrs, size: x.shape })];
  },
  traits: { identity: (_, window) => isOnePixel(window) },
});

/** [h', w']: 1 / the number of pixels that each window shows, fewer at the edges. */
function sharesOf(x: Type, window: Window): Tensor {
  const { kernel, stride, padding } = window;
  const shape = pooledShape(x, window).slice(2);
  const pixelsAlong = (i: 0 | 1) =>
    Array.from({ length: sizeAt(shape, i) }, (_, window) => {
      const start = window * stride[i] - padding[i];
      return Math.min(start + kernel[i], sizeAt(x.shape, 2 + i)) - Math.max(start, 0);
    });
  const [rows, columns] = [pixelsAlong(0), pixelsAlong(1)];
  const data = Float32Array.from(rows.flatMap((high) => columns.map((wide) => 1 / (high * wide))));
  return constant({ value: { dtype: "float32", shape, data } });
}

/** [n, c, h, w] or its windows as images of their own: [n c, `parts`, h, w]. */
const splitChannels = (x: Tensor, parts: number): Tensor => reshape(x, { shape: [-1, parts, ...x.shape.slice(2)] });

/** Adds windows [n c, k, h', w'] to the pixels under them, by kernels [k, 1, kh, kw]: [n, c, h, w] = `size`. */
function scatterWindows(
  windows: Tensor,
  weight: Tensor,
  { size, kernel, stride, padding }: Window & { size: Shape },
): Tensor {
  const covered = both((i) => (sizeAt(windows.shape, 2 + i) - 1) * stride[i] - 2 * padding[i] + kernel[i]);
  const outputPadding = both((i) => sizeAt(size, 2 + i) - covered[i]);
  return reshape(convTranspose2d(windows, weight, undefined, { stride, padding, outputPadding }), { shape: size });
}

/** The largest of each window of x [n, c, h, w]: [n, c, h', w']; equal ones share the gradient. */
export const maxPool2d = (x: Tensor, options: PoolOptions): Tensor => maxPool(x, windowOf(options));
// MaxPool can say where the largest stands, but not on WebGPU: the derivative looks for what equals it
const maxPool: OpFn<[x: Tensor], Window> = defineOp({
  name: "maxPool2d",
  infer: ([x], window) => ({ dtype: x.dtype, shape: pooledShape(x, window) }),
  emit: (e, x, window) => e.node("MaxPool", x, attributesOf(window)),
  traits: { identity: (_, window) => isOnePixel(window) },
  grad: ([dy], { inputs: [x], outputs: [y], attrs }) => {
    const weight = oneHot(attrs.kernel);
    const windows = conv2d(splitChannels(padLowest(x, attrs.padding), 1), weight, undefined, { stride: attrs.stride });
    const isMaximum = cast(equal(windows, splitChannels(y, 1)), { to: "float32" });
    const share = div(isMaximum, sum(isMaximum, { axes: [1], keepDims: true }));
    return [scatterWindows(mul(share, splitChannels(dy, 1)), weight, { ...attrs, size: x.shape })];
  },
});

/** Kernels [kh kw, 1, kh, kw] that each show one place of the window. */
function oneHot(kernel: Two): Tensor {
  const count = sizeOf(kernel);
  const data = Float32Array.from({ length: count * count }, (_, i) => (i % (count + 1) === 0 ? 1 : 0));
  return constant({ value: { dtype: "float32", shape: [count, 1, ...kernel], data } });
}

/** x with a margin of the lowest numbers, which no pixel is below. */
function padLowest(x: Tensor, [rows, columns]: Two): Tensor {
  if (rows + columns === 0) return x;
  const margin = [0, 0, rows, columns];
  const padded = (t: Tensor) => pad(t, { before: margin, after: margin });
  const lowest = padded(fill({ value: LOWEST, shape: x.shape }));
  return add(padded(x), sub(fill({ value: LOWEST, shape: [] }), lowest));
}
const LOWEST = -3.4028234663852886e38;
