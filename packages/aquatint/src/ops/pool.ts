import { defineOp, type OpFn, refuse } from "../graph/op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { type Shape, sizeOf, type Type } from "../graph/types.ts";
import { convTranspose2d } from "./conv.ts";
import { indexAdd } from "./gather.ts";
import { fill } from "./leaves.ts";
import { reshape } from "./shape.ts";
import { expectDtype, expectRank } from "./shape-rules.ts";
import { both, type Pair, pairOf, placesOf, type Two } from "./window.ts";

/** The window of a pooling. */
export interface PoolOptions {
  /** The size of the window. */
  readonly kernel: Pair;
  /** Steps between windows; the kernel's size when absent. */
  readonly stride?: Pair;
  /** Added on every side, at most half a kernel; 0 when absent. */
  readonly padding?: Pair;
}
interface Window {
  readonly kernel: Two;
  readonly stride: Two;
  readonly padding: Two;
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
  if (n * c === 0) refuse("there are no pictures");
  if ([...kernel, ...stride].some((d) => !Number.isInteger(d) || d < 1)) {
    refuse(`a ${kernel.join("x")} window with stride ${stride} is none of whole numbers from 1 on`);
  }
  if (padding.some((p, i) => !Number.isInteger(p) || p < 0 || p > kernel[i]! / 2)) {
    refuse(`padding ${padding} is outside of 0 to half a ${kernel.join("x")} window`);
  }
  const places = placesOf([h, w], kernel, { stride, padding, dilation: [1, 1] });
  if (Math.min(...places) < 1) refuse(`a ${kernel.join("x")} window does not fit a ${h}x${w} picture`);
  return [n, c, ...places];
}

/** The mean of each window of x [n, c, h, w]: [n, c, h', w']. The zeros of the padding count, as PyTorch's do. */
export const avgPool2d = (x: Tensor, options: PoolOptions): Tensor => avgPool(x, windowOf(options));
const avgPool: OpFn<[x: Tensor], Window> = defineOp({
  name: "avgPool2d",
  infer: ([x], window) => ({ dtype: x.dtype, shape: pooledShape(x, window) }),
  emit: (e, x, window) => e.node("AveragePool", x, { ...attributesOf(window), count_include_pad: 1 }),
  // the transpose of a convolution of each channel with a kernel of equal weights
  grad: ([dy], { inputs: [x], attrs: { kernel, stride, padding } }) => {
    const [n, c, ...places] = dy.shape as [number, number, number, number];
    const reached = both((i) => (places[i]! - 1) * stride[i] - 2 * padding[i] + kernel[i]);
    const outputPadding = both((i) => x.shape[2 + i]! - reached[i]);
    const weight = fill({ value: 1 / sizeOf(kernel), shape: [1, 1, ...kernel] });
    const pictures = reshape(dy, { shape: [n * c, 1, ...places] });
    const dx = convTranspose2d(pictures, weight, undefined, { stride, padding, outputPadding });
    return [reshape(dx, { shape: x.shape })];
  },
});

/** The largest of each window of x [n, c, h, w]: [n, c, h', w']. Of equal ones the first has the gradient. */
export const maxPool2d = (x: Tensor, options: PoolOptions): Tensor => maxPool(x, windowOf(options));
const maxPool: OpFn<[x: Tensor], Window> = defineOp({
  name: "maxPool2d",
  infer: ([x], window) => ({ dtype: x.dtype, shape: pooledShape(x, window) }),
  emit: (e, x, window) => e.node("MaxPool", x, attributesOf(window)),
  grad: ([dy], { inputs: [x], attrs }) => {
    const count = sizeOf(dy.shape);
    const chosen = reshape(maxPoolPlaces(x, attrs), { shape: [count] });
    const added = indexAdd(reshape(dy, { shape: [count, 1] }), chosen, { axis: 0, size: sizeOf(x.shape) });
    return [reshape(added, { shape: x.shape })];
  },
});

/** Where in x, counted through all of it, the largest of each window stands, as int32. */
const maxPoolPlaces: OpFn<[x: Tensor], Window> = defineOp({
  name: "maxPool2dPlaces",
  infer: ([x], window) => ({ dtype: "int32", shape: pooledShape(x, window) }),
  emit: (e, x, window) => e.node("Cast", [e.nodes("MaxPool", x, attributesOf(window), { outputs: 2 })[1]!], { to: 6 }),
  grad: "zero",
});
