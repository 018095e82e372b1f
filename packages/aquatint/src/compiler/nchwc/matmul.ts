import { float } from "../../graph/emitter.ts";
import { defineOp, type OpFn } from "../../graph/op.ts";
import { type Rule, ruleFor } from "../../graph/rewrite.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { Defaulted } from "../../graph/types.ts";
import { type MatmulOptions, matmul } from "../../ops/matmul.ts";

/** A product of transposed or scaled operands as one node of a kernel that only the CPU has. */
const fusedMatmul: OpFn<[a: Tensor, b: Tensor], Defaulted<MatmulOptions>> = defineOp({
  name: "fusedMatmul",
  infer: matmul.op.infer,
  emit: (e, x, { transA, transB, alpha }) => {
    const attributes = { transA: transA ? 1 : 0, transB: transB ? 1 : 0, alpha: float(alpha) };
    return e.node("FusedMatMul", x, attributes, { domain: "com.microsoft" });
  },
  grad: "unsupported",
});

/** Batches of products with transposed or scaled operands. Two matrices are one node already, a Gemm. */
export const fuseMatmul: Rule = ruleFor(matmul, ({ inputs: [a, b], attrs }) => {
  const isPlain = !attrs.transA && !attrs.transB && attrs.alpha === 1;
  const isGemm = a.shape.length === 2 && b.shape.length === 2 && !b.shape.includes(0);
  return isPlain || isGemm ? undefined : [fusedMatmul(a, b, attrs)];
});
