import type { Tensor } from "../graph/tensor.ts";
import { add } from "../ops/elementwise.ts";
import { matmul } from "../ops/matmul.ts";
import { softmax } from "../ops/norm.ts";

/**
 * softmax(q·kᵀ / sqrt(d))·v over the last two axes (Vaswani et al. 2017). q [..., n, d]; k and v [..., m, d].
 * `mask` is added to the scores and broadcasts to [..., n, m]: 0 to keep, a very negative number to hide.
 */
export function scaledDotProductAttention(q: Tensor, k: Tensor, v: Tensor, { mask }: { mask?: Tensor } = {}): Tensor {
  const scores = matmul(q, k, { transB: true, alpha: 1 / Math.sqrt(q.shape.at(-1)!) });
  return matmul(softmax(mask ? add(scores, mask) : scores), v);
}
