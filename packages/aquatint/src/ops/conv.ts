import { shapeError, withOpContext } from "../graph/op.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Shape, Type } from "../graph/types.ts";
import type { Geometry } from "./conv-onnx.ts";
import { checkBias, checkGeometry, checkOperands, convolution, shape4, transposedConvolution } from "./conv-ops.ts";
import { add } from "./elementwise.ts";
import { reshape } from "./shape.ts";
import { sizeAt } from "./shape-rules.ts";
import { both, type Pair, pairOf, type Two } from "./window.ts";

/** Options of `conv2d`. */
export interface ConvOptions {
  /** Steps between the places where the kernel is laid; 1 when absent. */
  readonly stride?: Pair | undefined;
  /** Zeros added on every side; 0 when absent. */
  readonly padding?: Pair | undefined;
  /** Steps between the points of the kernel; 1 when absent. */
  readonly dilation?: Pair | undefined;
  /** Into how many groups the channels fall, each with kernels of its own; 1 when absent, `c` for a depthwise one. */
  readonly groups?: number | undefined;
}

/** Options of `convTranspose2d`. */
export interface ConvTransposeOptions extends ConvOptions {
  /** Added to one side of the result's size: which of the sizes that a convolution maps to the same one is meant. */
  readonly outputPadding?: Pair | undefined;
}

const geometryOf = ({ stride = 1, padding = 0, dilation = 1, groups = 1 }: ConvOptions): Geometry => ({
  stride: pairOf(stride),
  padding: pairOf(padding),
  dilation: pairOf(dilation),
  groups,
});

/**
 * Cross-correlation of x [n, c, h, w] with weight [o, c / groups, kh, kw], plus bias [o]: [n, o, h', w'] with
 * h' = floor((h + 2 padding - dilation (kh - 1) - 1) / stride) + 1.
 */
export const conv2d = (x: Tensor, weight: Tensor, bias?: Tensor, options: ConvOptions = {}): Tensor =>
  convolution(x, weight, ...(bias ? [bias] : []), geometryOf(options));

/**
 * Transposed convolution (also called deconvolution): the gradient of conv2d with respect to its image.
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
  const size = withOpContext("convTranspose2d", inputs, () => {
    const shape = transposedShape(x, weight, { ...geometry, extra: pairOf(outputPadding) });
    if (bias) checkBias(bias, sizeAt(shape, 1));
    return shape;
  });
  const y = transposedConvolution(x, weight, { ...geometry, size });
  return bias ? add(y, reshape(bias, { shape: [-1, 1, 1] })) : y;
}

function transposedShape(x: Type, weight: Type, { extra, ...geometry }: Geometry & { extra: Two }): Shape {
  checkOperands(x, weight);
  const [n, c, h, w] = shape4(x);
  const [kernelChannels, o, kh, kw] = shape4(weight);
  const [pixels, kernel] = [[h, w] as const, [kh, kw] as const];
  const { stride, padding, dilation, groups } = geometry;
  checkGeometry(geometry, c);
  if (c !== kernelChannels) shapeError(`the image has ${c} channels, the kernel wants ${kernelChannels}`);
  for (const i of [0, 1] as const) {
    const limit = Math.max(stride[i], dilation[i]) - 1;
    if (!(extra[i] >= 0 && extra[i] <= limit))
      shapeError(`an output padding of ${extra[i]} is outside of 0 to ${limit}`);
  }
  const reach = both((i) => dilation[i] * (kernel[i] - 1));
  const size = both((i) => (pixels[i] - 1) * stride[i] - 2 * padding[i] + reach[i] + extra[i] + 1);
  if (Math.min(h, w, kh, kw, ...size) < 1) shapeError(`a ${kh}x${kw} kernel leaves nothing of a ${h}x${w} image`);
  return [n, o * groups, ...size];
}
