import { defineOp, type OpFn, shapeError, withOpContext } from "../graph/op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { scale } from "./elementwise.ts";
import { indexSelect } from "./gather.ts";
import { constant } from "./leaves.ts";
import { matmul } from "./matmul.ts";
import { avgPool2d } from "./pool.ts";
import { expectDtype, expectRank, sizeAt } from "./shape-rules.ts";

/** Repeats every pixel of [n, c, h, w] `factor` times in both directions (nearest neighbor). */
export const upsampleNearest: OpFn<[x: Tensor], { factor: number }> = defineOp({
  name: "upsampleNearest",
  infer: ([x], { factor }) => {
    expectDtype(x, "float32", "int32", "uint8");
    expectRank(x, 4, "n, c, h, w");
    if (!Number.isInteger(factor) || factor < 1) shapeError(`the factor ${factor} is not a positive whole number`);
    if (x.shape.includes(0)) shapeError("there are no pixels to repeat");
    return { dtype: x.dtype, shape: x.shape.map((d, i) => (i < 2 ? d : d * factor)) };
  },
  emit: (e, [x], { factor }) =>
    e.node("Resize", [x, "", e.constant("float32", [1, 1, factor, factor])], {
      mode: "nearest",
      coordinate_transformation_mode: "asymmetric",
      nearest_mode: "floor",
    }),
  grad: ([dy], { attrs: { factor } }) => [scale(avgPool2d(dy, { kernel: factor }), factor ** 2)],
  traits: {
    identity: (_, { factor }) => factor === 1,
    merge: (first, second) => ({ factor: first.factor * second.factor }),
    splat: (value) => value,
  },
});

/** The height and width that an image is to have. */
export interface ResizeOptions {
  readonly size: readonly [height: number, width: number];
}

function checkResize(name: string, x: Tensor, { size }: ResizeOptions): void {
  withOpContext(name, [x], () => {
    expectRank(x, 4, "n, c, h, w");
    if (size.some((d) => !Number.isInteger(d) || d < 1)) shapeError(`[${size}] is not the size of an image`);
    if (x.shape.slice(2).some((d) => d < 1)) shapeError("there are no pixels to resize");
  });
}

/** Pixels of [n, c, h, w] repeated or left out: pixel i comes from floor(i · h / height) (PyTorch's "nearest"). */
export function resizeNearest(x: Tensor, { size }: ResizeOptions): Tensor {
  checkResize("resizeNearest", x, { size });
  return size.reduce((y, m, i) => {
    const [axis, n] = [2 + i, sizeAt(x.shape, 2 + i)];
    const data = Int32Array.from({ length: m }, (_, position) => Math.floor((position * n) / m));
    return m === n ? y : indexSelect(y, constant({ value: { dtype: "int32", shape: [m], data } }), { axis });
  }, x);
}

/**
 * Straight lines between the pixels of [n, c, h, w], as a product with a matrix in each direction (PyTorch's "bilinear",
 * without antialiasing). `alignCorners`: the corner pixels' centers stay in the corners; else the images' edges meet.
 */
export function resizeBilinear(
  x: Tensor,
  { size, alignCorners = false }: ResizeOptions & { alignCorners?: boolean },
): Tensor {
  checkResize("resizeBilinear", x, { size });
  const [h, w] = x.shape.slice(2) as [number, number];
  const wide = size[1] === w ? x : matmul(x, linearWeights(w, size[1], alignCorners), { transB: true });
  return size[0] === h ? wide : matmul(linearWeights(h, size[0], alignCorners), wide);
}

/** The weight of each of n pixels in each of m: [m, n]. */
function linearWeights(n: number, m: number, alignCorners: boolean): Tensor {
  const data = new Float32Array(m * n);
  for (let i = 0; i < m; i++) {
    const aligned = m > 1 ? (i * (n - 1)) / (m - 1) : 0;
    const at = alignCorners ? aligned : Math.max(0, ((i + 0.5) * n) / m - 0.5);
    const low = Math.min(Math.floor(at), n - 1);
    const high = Math.min(low + 1, n - 1);
    const row = data.subarray(i * n, (i + 1) * n);
    row[low] = (row[low] ?? 0) + 1 - (at - low);
    row[high] = (row[high] ?? 0) + at - low;
  }
  return constant({ value: { dtype: "float32", shape: [m, n], data } });
}
