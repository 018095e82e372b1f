import { defineOp, isNodeOf, type OpFn } from "../../graph/op.ts";
import { type Rule, ruleFor } from "../../graph/rewrite.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { add, erf, mul } from "../../ops/elementwise.ts";
import { splatValue } from "../passes/algebra.ts";

type Binary = typeof mul;

/** GELU as one op. */
export const fusedGelu: OpFn<[x: Tensor]> = defineOp({
  name: "fusedGelu",
  infer: ([x]) => x,
  emit: (e, x) => e.node("Gelu", x),
  grad: "unsupported",
});

/** x/2 · (erf(x/√2) + 1) as one op. */
export const fuseGelu: Rule = ruleFor(mul, ({ inputs: [left, right] }) => {
  for (const [half, factor] of [
    [left, right],
    [right, left],
  ] as const) {
    const x = operandBeside(half, mul, 0.5);
    const z = operandBeside(factor, add, 1);
    if (x && z && isNodeOf(z.node, erf) && operandBeside(z.node.inputs[0], mul, Math.SQRT1_2) === x)
      return [fusedGelu(x)];
  }
  return undefined;
});

/** The operand of `op` in y whose other operand is the number k; undefined where y is something else. */
function operandBeside({ node }: Tensor, op: Binary, k: number): Tensor | undefined {
  if (!isNodeOf(node, op)) return undefined;
  const [a, b] = node.inputs;
  const isNumber = (x: Tensor) => splatValue(x) === Math.fround(k);
  return isNumber(a) ? b : isNumber(b) ? a : undefined;
}
