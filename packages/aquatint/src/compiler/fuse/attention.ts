import { float } from "../../graph/emitter.ts";
import { defineOp, isNodeOf, type OpFn } from "../../graph/op.ts";
import { type Rule, ruleFor } from "../../graph/rewrite.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { sizeOf } from "../../graph/types.ts";
import { matmul } from "../../ops/matmul.ts";
import { softmax } from "../../ops/norm.ts";
import { reshape, transpose } from "../../ops/shape.ts";
import { sizeAt } from "../../ops/shape-rules.ts";

/**
 * Attention of q [b, n, heads · d] to k [b, m, heads · d] and v [b, m, heads · e]: [b, n, heads · e]. ONNX Runtime
 * computes it in tiles (Dao et al. 2022), so that the scores are never all in memory.
 */
const fusedAttention: OpFn<[q: Tensor, k: Tensor, v: Tensor], { heads: number; scale: number }> = defineOp({
  name: "fusedAttention",
  infer: ([q, , v]) => ({ dtype: q.dtype, shape: q.shape.with(-1, sizeAt(v.shape, -1)) }),
  emit: (e, x, { heads, scale }) =>
    e.node("MultiHeadAttention", x, { num_heads: heads, scale: float(scale) }, { domain: "com.microsoft" }),
  grad: "unsupported",
});

/** softmax(scale · q·kᵀ)·v of heads [b, h, n, d] as one op. What else uses the scores computes them for itself. */
export const fuseAttention: Rule = ruleFor(matmul, ({ inputs: [weights, v], attrs: { transA, transB, alpha } }) => {
  if (transA || transB || alpha !== 1 || !isNodeOf(weights.node, softmax)) return undefined;
  const { inputs, attrs } = weights.node;
  const [scores] = inputs;
  if (!isNodeOf(scores.node, matmul) || (attrs.axis !== -1 && attrs.axis !== scores.shape.length - 1)) return undefined;
  const [q, k] = scores.node.inputs;
  const { transA: transQ, transB: transK, alpha: scale } = scores.node.attrs;
  if (transQ || !transK || !areHeads(q, k, v)) return undefined;
  const heads = sizeAt(q.shape, 1);
  return [splitHeads(fusedAttention(joinHeads(q), joinHeads(k), joinHeads(v), { heads, scale }), heads)];
});

/** True if nothing is broadcast and no tensor is empty. */
const areHeads = (q: Tensor, ...rest: readonly Tensor[]): boolean =>
  [q, ...rest].every(
    ({ shape }) => shape.length === 4 && sizeOf(shape) > 0 && shape[0] === q.shape[0] && shape[1] === q.shape[1],
  );

/** [b, h, n, d] -> [b, n, h · d] */
function joinHeads(x: Tensor): Tensor {
  const [b, h, n, d] = x.shape as readonly [number, number, number, number];
  return reshape(swapHeads(x), { shape: [b, n, h * d] });
}
/** [b, n, h · d] -> [b, h, n, d] */
function splitHeads(x: Tensor, h: number): Tensor {
  const [b, n, width] = x.shape as readonly [number, number, number];
  return swapHeads(reshape(x, { shape: [b, n, h, width / h] }));
}
const swapHeads = (x: Tensor): Tensor => transpose(x, { perm: [0, 2, 1, 3] });
