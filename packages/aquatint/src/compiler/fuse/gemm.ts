import { float } from "../../graph/emitter.ts";
import { defineOp, isNodeOf, type OpFn } from "../../graph/op.ts";
import { type Rule, ruleFor } from "../../graph/rewrite.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { Defaulted } from "../../graph/types.ts";
import { add } from "../../ops/elementwise.ts";
import { type MatmulOptions, matmul } from "../../ops/matmul.ts";
import { reshape, split } from "../../ops/shape.ts";
import { sizeAt } from "../../ops/shape-rules.ts";

/** alpha · a·b + c for matrices a and b and a row c. */
export const gemm: OpFn<[a: Tensor, b: Tensor, c: Tensor], Defaulted<MatmulOptions>> = defineOp({
  name: "gemm",
  infer: ([a, , c], { transA }) => ({ dtype: "float32", shape: [sizeAt(a.shape, transA ? 1 : 0), sizeAt(c.shape, 0)] }),
  emit: (e, x, { transA, transB, alpha }) =>
    e.node("Gemm", x, { transA: transA ? 1 : 0, transB: transB ? 1 : 0, alpha: float(alpha) }),
  grad: "unsupported",
});

/** A row that is added to a product of matrices, or to that product in another shape, is added by the product itself. */
export const fuseBias: Rule = ruleFor(add, ({ inputs: [left, right], outputs: [y] }) => {
  const [x, bias] = right.shape.length === 1 ? [left, right] : [right, left];
  const { node, shape } = behindReshape(x);
  const width = shape[1];
  if (!isNodeOf(node, matmul) || shape.length !== 2 || shape.includes(0)) return undefined;
  if (String(bias.shape) !== String([width]) || x.shape.at(-1) !== width) return undefined;
  return [reshape(gemm(...node.inputs, bias, node.attrs), { shape: y.shape })];
});

/** Parts of a linear layer's result are linear layers of parts of its weights, so that nothing is cut up and copied. */
export const splitGemm: Rule = ruleFor(split, ({ inputs: [x], attrs: { axis, sizes }, outputs }) => {
  const { node, shape } = behindReshape(x);
  const isLast = axis === -1 || axis === x.shape.length - 1;
  if (!isLast || !isNodeOf(node, gemm) || shape[1] !== x.shape.at(-1)) return undefined;
  const [a, b, c] = node.inputs;
  const weights = split(b, { axis: node.attrs.transB ? 0 : 1, sizes });
  const biases = split(c, { axis: 0, sizes });
  return outputs.flatMap((y, i) => {
    const [weight, bias] = [weights[i], biases[i]];
    return weight && bias ? [reshape(gemm(a, weight, bias, node.attrs), { shape: y.shape })] : [];
  });
});

/** The tensor that x is a reshape of, or x itself. */
export const behindReshape = (x: Tensor): Tensor => (isNodeOf(x.node, reshape) ? x.node.inputs[0] : x);
