import { defineOp, float, type OpFn } from "../graph/op.ts";
import { identity, twice, uniformValue } from "../graph/passes/algebra.ts";
import { commonSubexpressions } from "../graph/passes/common.ts";
import { type Rule, rewrite } from "../graph/passes/rewrite.ts";
import type { Tensor } from "../graph/tensor.ts";
import { attentionInOne } from "./attention-fused.ts";
import { attentionInSlices } from "./attention-sliced.ts";
import { convOfUpsampled } from "./conv-upsampled.ts";
import { add, erf, mul } from "./elementwise.ts";
import { type MatmulOptions, matmulOp } from "./matmul.ts";
import { reshape, reshapeOp, split } from "./shape.ts";

/** alpha · a·b + c for matrices a and b and a row c. */
const gemm: OpFn<[a: Tensor, b: Tensor, c: Tensor], Required<MatmulOptions>> = defineOp({
  name: "gemm",
  infer: ([a, , c], { transA }) => ({ dtype: "float32", shape: [a.shape[transA ? 1 : 0]!, c.shape[0]!] }),
  emit: (e, x, { transA, transB, alpha }) =>
    e.node("Gemm", x, { transA: transA ? 1 : 0, transB: transB ? 1 : 0, alpha: float(alpha) }),
  grad: "refused",
});

/** A row that is added to a product of matrices, or to that product in another shape, is added by the product itself. */
const biasInProduct: Rule = ({ op, inputs, outputs: [y] }) => {
  if (op !== add.op) return undefined;
  const [x, bias] = inputs[1]!.shape.length === 1 ? inputs : inputs.toReversed();
  const product = x!.node.op === reshapeOp.op ? x!.node.inputs[0]! : x!;
  const width = product.shape[1];
  if (product.node.op !== matmulOp.op || product.shape.length !== 2 || product.shape.includes(0)) return undefined;
  if (String(bias!.shape) !== String([width]) || x!.shape.at(-1) !== width) return undefined;
  const [a, b] = product.node.inputs as readonly [Tensor, Tensor];
  const whole = gemm(a, b, bias!, product.node.attrs as Required<MatmulOptions>);
  return [reshape(whole, { shape: y!.shape })];
};

/** Parts of a linear layer's result are linear layers of parts of its weights, so that nothing is cut up and copied. */
const partsOfProduct: Rule = ({ op, inputs: [whole], attrs, outputs }) => {
  if (op !== split.op) return undefined;
  const product = whole!.node.op === reshapeOp.op ? whole!.node.inputs[0]! : whole!;
  const { axis, sizes } = attrs as { readonly axis: number; readonly sizes: readonly number[] };
  const isLast = axis === -1 || axis === whole!.shape.length - 1;
  if (!isLast || product.node.op !== gemm.op || product.shape[1] !== whole!.shape.at(-1)) return undefined;
  const [a, b, c] = product.node.inputs as readonly [Tensor, Tensor, Tensor];
  const options = product.node.attrs as Required<MatmulOptions>;
  const weights = split(b, { axis: options.transB ? 0 : 1, sizes });
  const biases = split(c, { axis: 0, sizes });
  return outputs.map(({ shape }, i) => reshape(gemm(a, weights[i]!, biases[i]!, options), { shape }));
};

const geluInOneOp: OpFn<[x: Tensor]> = defineOp({
  name: "geluInOne",
  infer: ([x]) => x,
  emit: (e, x) => e.node("Gelu", x),
  grad: "refused",
});

/** x/2 · (erf(x/√2) + 1) as one op. */
const geluInOne: Rule = ({ op, inputs }) => {
  if (op !== mul.op) return undefined;
  for (const [half, rest] of [inputs, inputs.toReversed()]) {
    const x = scaledBy(half!, 0.5);
    const z = x && rest!.node.op === add.op ? withoutNumber(rest!, 1) : undefined;
    if (z?.node.op === erf.op && scaledBy(z.node.inputs[0]!, Math.SQRT1_2) === x) return [geluInOneOp(x!)];
  }
  return undefined;
};
/** What is multiplied by this number in `y`, if that is what `y` is. */
const scaledBy = (y: Tensor, k: number): Tensor | undefined => (y.node.op === mul.op ? withoutNumber(y, k) : undefined);
function withoutNumber({ node: { inputs } }: Tensor, k: number): Tensor | undefined {
  const at = inputs.findIndex((x) => uniformValue(x) === Math.fround(k));
  return at < 0 ? undefined : inputs[1 - at];
}

/** How graphs that only compute are written. */
export interface FuseOptions {
  /** The most bytes of attention scores at a time; no limit when absent. */
  readonly scoreBytes?: number | undefined;
}

/**
 * The same results with attention, linear layers and GELU in one op each, for graphs that only compute: what a gradient
 * wants of their insides it would compute again.
 */
export function fuse(
  outputs: Readonly<Record<string, Tensor>>,
  { scoreBytes = Number.POSITIVE_INFINITY }: FuseOptions = {},
): Readonly<Record<string, Tensor>> {
  const rules = [
    identity,
    twice,
    attentionInSlices(scoreBytes),
    attentionInOne,
    biasInProduct,
    partsOfProduct,
    geluInOne,
    convOfUpsampled,
    commonSubexpressions(),
  ];
  const fused = rewrite(Object.values(outputs), { rules });
  return Object.fromEntries(Object.keys(outputs).map((name, i) => [name, fused[i]!]));
}
