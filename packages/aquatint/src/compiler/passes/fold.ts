import type { Rule } from "../../graph/rewrite.ts";
import type { Node, Tensor } from "../../graph/tensor.ts";
import { type Shape, sizeOf } from "../../graph/types.ts";
import { constant, fill } from "../../ops/leaves.ts";
import { sizeAt } from "../../ops/shape-rules.ts";
import { splatValue } from "./algebra.ts";

/** Results of at most so many different values become constants. */
const FOLDED = 64;

/** Computes float32 nodes whose inputs are known: one number in every place as it is, others up to 64 values. */
export const foldConstants: Rule = (node) => {
  const { inputs, outputs } = node;
  const [y] = outputs;
  if (!inputs.length || outputs.length > 1 || [y, ...inputs].some(({ dtype }) => dtype !== "float32")) return undefined;
  const value = uniformResult(node);
  if (value !== undefined) return [fill({ value: Math.fround(value), shape: y.shape })];
  const data = elementsOf(node);
  return data && [constant({ value: { dtype: "float32", shape: y.shape, data } })];
};

function uniformResult({ op, inputs, attrs }: Node): number | undefined {
  const values = inputs.map(splatValue).filter((value) => value !== undefined);
  if (!op.traits || values.length < inputs.length) return undefined;
  const { scalar, splat } = op.traits;
  if (scalar) return scalar(...values, attrs);
  const [first] = values;
  if (first === undefined || !values.every((value) => Object.is(value, first))) return undefined;
  return splat?.(first, inputs, attrs);
}

function elementsOf({ op, inputs, attrs, outputs: [y] }: Node): Float32Array | undefined {
  const element = op.traits?.scalar;
  if (!element || sizeOf(y.shape) > FOLDED) return undefined;
  const operands = inputs.map((x) => knownAt(x, y.shape)).filter((at) => at !== undefined);
  if (operands.length < inputs.length) return undefined;
  return Float32Array.from({ length: sizeOf(y.shape) }, (_, i) => element(...operands.map((at) => at(i)), attrs));
}

/** The known value of `x` at each place of the shape that it broadcasts to. */
function knownAt(x: Tensor, shape: Shape): ((position: number) => number) | undefined {
  const value = x.node.op.traits?.constant?.(x.node.attrs);
  if (value === undefined) return undefined;
  if (typeof value === "number") return () => Math.fround(value);
  return (position) => {
    let [rest, index, step] = [position, 0, 1];
    for (let axis = 1; axis <= shape.length; axis++) {
      const [size, stored] = [sizeAt(shape, -axis), x.shape.at(-axis) ?? 1];
      index += stored === 1 ? 0 : (rest % size) * step;
      rest = Math.floor(rest / size);
      step *= stored;
    }
    return value.data[index] ?? Number.NaN;
  };
}
