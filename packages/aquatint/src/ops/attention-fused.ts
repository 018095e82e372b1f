import { defineOp, float, type OpFn } from "../graph/op.ts";
import type { Rule } from "../graph/passes/rewrite.ts";
import type { Tensor } from "../graph/tensor.ts";
import { sizeOf } from "../graph/types.ts";
import { type matmul, matmulOp } from "./matmul.ts";
import { softmaxOp } from "./norm.ts";
import { reshape, transpose } from "./shape.ts";

/**
 * Attention of q [b, n, heads · d] to k [b, m, heads · d] and v [b, m, heads · e]: [b, n, heads · e]. ONNX Runtime
 * computes it in tiles (Dao et al. 2022), so that the scores are never all in memory.
 */
const fusedAttention: OpFn<[q: Tensor, k: Tensor, v: Tensor], { heads: number; scale: number }> = defineOp({
  name: "fusedAttention",
  infer: ([q, , v]) => ({ dtype: q.dtype, shape: q.shape.with(-1, v.shape.at(-1)!) }),
  emit: (e, x, { heads, scale }) =>
    e.node("MultiHeadAttention", x, { num_heads: heads, scale: float(scale) }, { domain: "com.microsoft" }),
  grad: "refused",
});

/** softmax(scale · q·kᵀ)·v of heads [b, h, n, d] as one op. What else uses the scores computes them for itself. */
export const attentionInOne: Rule = ({ op, inputs: [weights, v], attrs }) => {
  if (op !== matmulOp.op || weights?.node.op !== softmaxOp.op || !isPlain(attrs as MatmulAttrs)) return undefined;
  const { inputs, attrs: along } = weights.node;
  const [scores] = inputs;
  const axis = (along as { readonly axis: number }).axis;
  if (scores?.node.op !== matmulOp.op || (axis !== -1 && axis !== scores.shape.length - 1)) return undefined;
  const [q, k] = scores.node.inputs as readonly [Tensor, Tensor];
  const { transA, transB, alpha } = scores.node.attrs as MatmulAttrs;
  if (transA || !transB || !areHeads(q, k, v!)) return undefined;
  const heads = q.shape[1]!;
  const mixed = fusedAttention(together(q), together(k), together(v!), { heads, scale: alpha });
  return [apart(mixed, heads)];
};

type MatmulAttrs = Required<NonNullable<Parameters<typeof matmul>[2]>>;
const isPlain = ({ transA, transB, alpha }: MatmulAttrs): boolean => !transA && !transB && alpha === 1;

/** Whether nothing is broadcast, and there is something to attend to. */
const areHeads = (...xs: readonly Tensor[]): boolean =>
  xs.every((x) => x.shape.length === 4 && sizeOf(x.shape) > 0 && [0, 1].every((i) => x.shape[i] === xs[0]!.shape[i]));

/** [b, h, n, d] -> [b, n, h · d] */
function together(x: Tensor): Tensor {
  const [b, h, n, d] = x.shape as readonly [number, number, number, number];
  return reshape(swapHeads(x), { shape: [b, n, h * d] });
}
/** [b, n, h · d] -> [b, h, n, d] */
function apart(x: Tensor, h: number): Tensor {
  const [b, n, width] = x.shape as readonly [number, number, number];
  return swapHeads(reshape(x, { shape: [b, n, h, width / h] }));
}
const swapHeads = (x: Tensor): Tensor => transpose(x, { perm: [0, 2, 1, 3] });
