import { apply } from "../../graph/op.ts";
import type { Rule } from "../../graph/rewrite.ts";
import type { Node, Tensor } from "../../graph/tensor.ts";
import { typeName } from "../../graph/types.ts";
import { scalar } from "../../ops/leaves.ts";

/** x + 0, x · 1 and their like are x. A sum with +0 may lose the sign of a zero; nothing else changes. */
export const removeIdentityElement: Rule = ({ op, inputs, outputs }) => {
  const identityElement = op.traits?.identityElement;
  const index = identityElement
    ? inputs.findIndex((x, i) => identityElement[i] !== undefined && splatValue(x) === identityElement[i])
    : -1;
  const other = index < 0 ? undefined : inputs[1 - index];
  return other && typeName(other) === typeName(outputs[0]) ? [other] : undefined;
};

/** A slice of everything, a cast to the same type, and whatever else gives back its inputs. */
export const removeIdentity: Rule = ({ op, inputs, attrs, outputs }) =>
  op.traits?.identity?.(inputs, attrs) ? inputs.slice(0, outputs.length) : undefined;

/** -(-x) is x, | |x| | is |x|, a transpose of a transpose is one transpose. */
export const mergeTwice: Rule = ({ op, inputs, attrs }) => {
  const inner = inputs[0]?.node;
  if (!inner || inner.op !== op || !op.traits) return undefined;
  if (op.traits.involution) return inner.inputs;
  if (op.traits.idempotent) return inner.outputs;
  const merged = op.traits.merge?.(inner.attrs, attrs, inner.inputs);
  return merged === undefined ? undefined : apply(op, inner.inputs, merged);
};

/** An operand of an elementwise op that is one number in every place becomes a scalar: the other operand has the shape. */
export const scalarOperands: Rule = (node) => {
  const { op, inputs, attrs, outputs } = node;
  if (!op.traits?.scalar || inputs.length < 2) return undefined;
  for (const [i, x] of inputs.entries()) {
    const value = x.shape.length > 0 && isSpare(node, i) ? splatValue(x) : undefined;
    if (value === undefined) continue;
    const answer = apply(op, inputs.with(i, scalar(value)), attrs);
    return typeName(answer[0]) === typeName(outputs[0]) ? answer : undefined;
  }
  return undefined;
};

/** True if the result keeps its shape without the shape of operand `i`. */
const isSpare = ({ inputs, outputs: [y] }: Node, i: number): boolean =>
  inputs.some((x, j) => j !== i && String(x.shape) === String(y.shape)) && inputs[i]?.dtype === "float32";

/** The number in every place of a tensor whose value is known before the graph runs. */
export function splatValue({ node: { op, attrs }, dtype }: Tensor): number | undefined {
  const value = op.traits?.constant?.(attrs);
  if (dtype !== "float32" || value === undefined) return undefined;
  return typeof value === "number" ? Math.fround(value) : value.data.length === 1 ? value.data[0] : undefined;
}
