import { identity, neutralOperand, scalarOperands, twice } from "../graph/passes/algebra.ts";
import { commonSubexpressions } from "../graph/passes/common.ts";
import { foldConstants } from "../graph/passes/fold.ts";
import { rewrite } from "../graph/passes/rewrite.ts";
import type { Tensor } from "../graph/tensor.ts";
import { constant, fill } from "./leaves.ts";

/**
 * The same results from fewer nodes, in one walk: constants folded, neutral operands and applications that do nothing
 * left out, equal nodes merged. What no result needs is not in the graph at all. Every program is compiled from this.
 */
export function simplify(outputs: Readonly<Record<string, Tensor>>): Readonly<Record<string, Tensor>> {
  const rules = [
    identity,
    foldConstants({ fill, constant }),
    neutralOperand,
    twice,
    scalarOperands(fill),
    commonSubexpressions(),
  ];
  const simple = rewrite(Object.values(outputs), { rules });
  return Object.fromEntries(Object.keys(outputs).map((name, i) => [name, simple[i]!]));
}
