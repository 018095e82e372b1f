import { shapeError, withOpContext } from "../graph/op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { where } from "./comparison.ts";
import { add } from "./elementwise.ts";
import { scalar } from "./leaves.ts";
import { matmul } from "./matmul.ts";
import { softmax } from "./norm.ts";

/** The lowest float32: a score that no softmax sees beside another, and that is no infinity where all are hidden. */
const HIDDEN = -3.4028234663852886e38;

/** Options of `scaledDotProductAttention`. */
export interface AttentionOptions {
  /** Broadcasts to [..., n, m]. bool: true to see; float32: added to the scores. A query that may see nothing attends to all alike. */
  readonly mask?: Tensor | undefined;
  /** Factor of q·kᵀ; 1 / sqrt(d) when absent. */
  readonly scale?: number | undefined;
}

/** softmax(scale · q·kᵀ)·v over the last two axes (Vaswani et al. 2017). q [..., n, d]; k [..., m, d]; v [..., m, e]: [..., n, e]. */
export function scaledDotProductAttention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  { mask, scale = 1 / Math.sqrt(q.shape.at(-1) ?? 1) }: AttentionOptions = {},
): Tensor {
  const scores = matmul(q, k, { transB: true, alpha: scale });
  return matmul(softmax(mask ? masked(scores, mask) : scores), v);
}

function masked(scores: Tensor, mask: Tensor): Tensor {
  if (mask.dtype === "float32") return add(scores, mask);
  return withOpContext("scaledDotProductAttention", [scores, mask], () => {
    if (mask.dtype !== "bool") shapeError(`the mask must be bool or float32`);
    return where(mask, scores, scalar(HIDDEN));
  });
}
