import { defineOp, isNodeOf } from "../../graph/op.ts";
import { type Rule, ruleFor } from "../../graph/rewrite.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { convAttributes, type Geometry } from "../../ops/conv-onnx.ts";
import { convolution, shape4 } from "../../ops/conv-ops.ts";
import { constant } from "../../ops/leaves.ts";
import { matmul } from "../../ops/matmul.ts";
import { upsampleNearest } from "../../ops/resize.ts";
import { reshape, stack } from "../../ops/shape.ts";
import { both, placesOf, type Two } from "../../ops/window.ts";

/** Up to so many channels, putting the places together costs about what the products saved did (decision 0010). */
const FEW_CHANNELS = 64;

/**
 * conv2d of an image whose pixels are repeated, from the image itself (after Shi et al. 2016, "Is the deconvolution
 * layer the same as a convolutional layer?"): where points of a kernel lie on copies of one pixel their weights are added
 * beforehand, which leaves one smaller kernel for each place among the copies. A kernel of 3x3 over doubled pixels makes
 * 36 products for each pixel; 16 are left.
 */
export const convOfUpsampled: Rule = ruleFor(convolution, ({ inputs, attrs, outputs: [y] }) => {
  const [{ node }, weight, ...bias] = inputs;
  if (!isNodeOf(node, upsampleNearest)) return undefined;
  const [x] = node.inputs;
  if (shape4(x)[1] <= FEW_CHANNELS || !keepsSize(weight, attrs)) return undefined;
  const { factor } = node.attrs;
  const offsets = Array.from({ length: factor }, (_, i) => i);
  const rows = offsets.map((a) =>
    stack(
      offsets.map((b) => phase(x, [weight, ...bias], { position: [a, b], factor })),
      { axis: 4 },
    ),
  ); // each [n, o, h, w, factor]
  return [reshape(stack(rows, { axis: 3 }), { shape: y.shape })];
});

/** True for a convolution that keeps the image's size and has a kernel of more than one point. */
function keepsSize(weight: Tensor, { stride, padding, dilation, groups }: Geometry): boolean {
  const [, , kh, kw] = shape4(weight);
  const dense = [...stride, ...dilation, groups].every((d) => d === 1);
  return dense && kh * kw > 1 && kh === 2 * padding[0] + 1 && kw === 2 * padding[1] + 1;
}

/** One copy of a pixel, by row and column, and the number of copies along each side. */
interface PhaseOptions {
  readonly position: Two;
  readonly factor: number;
}

type Kernel = readonly [weight: Tensor, ...bias: Tensor[]];

/** The result in one place among the copies of each pixel of x [n, c, h, w]: [n, o, h, w]. */
function phase(x: Tensor, [weight, ...bias]: Kernel, { position, factor }: PhaseOptions): Tensor {
  const [o, c, kh, kw] = shape4(weight);
  // which pixel lies under each point of the kernel, counted from the one whose copies these are
  const kernelSize = [kh, kw] as const;
  const offset = (i: 0 | 1, k: number) => Math.floor((position[i] + k - (kernelSize[i] >> 1)) / factor);
  const padding = both((i) => -offset(i, 0));
  const trailing = both((i) => offset(i, kernelSize[i] - 1));
  const [rows, columns] = both((i) => padding[i] + 1 + trailing[i]);
  const data = Float32Array.from({ length: kh * kw * rows * columns }, (_, at) => {
    const [k, pixel] = [Math.floor(at / (rows * columns)), at % (rows * columns)];
    const [row, column] = [offset(0, Math.floor(k / kw)), offset(1, k % kw)];
    return pixel === (row + padding[0]) * columns + column + padding[1] ? 1 : 0;
  });
  const sums = constant({ value: { dtype: "float32", shape: [kh * kw, rows * columns], data } });
  const kernel = matmul(reshape(weight, { shape: [o * c, kh * kw] }), sums);
  return phaseConv(x, reshape(kernel, { shape: [o, c, rows, columns] }), ...bias, {
    ...{ stride: [1, 1], dilation: [1, 1], groups: 1 },
    padding,
    trailing,
  });
}

/** conv2d with other margins before an image than after it. */
export const phaseConv: typeof convolution = defineOp({
  name: "phaseConv",
  infer: ([x, weight], geometry) => {
    const [n, , h, w] = shape4(x);
    const [o, , kh, kw] = shape4(weight);
    return { dtype: x.dtype, shape: [n, o, ...placesOf([h, w], [kh, kw], geometry)] };
  },
  emit: (e, x, geometry, { inputs: [, weight] }) => e.node("Conv", x, convAttributes(shape4(weight), geometry)),
  grad: "unsupported",
});
