import type { Rule } from "../../graph/rewrite.ts";
import { Tensor } from "../../graph/tensor.ts";
import type { HostTensor } from "../../graph/types.ts";

/** Arrays of at most so many values are compared by their values, longer ones by identity. */
const COMPARED = 64;

/** Nodes that compute the same become one: the first. A rule for one rewriting, since it remembers. */
export function commonSubexpressions(): Rule {
  const first = new Map<string, readonly Tensor[]>();
  const identity = numbering();
  return ({ op, inputs, attrs, outputs }) => {
    if (op.traits?.unique) return undefined;
    const operands = inputs.map(identity);
    if (op.traits?.commutative) operands.sort((a, b) => a - b);
    const key = `${identity(op)}(${operands})${keyOf(attrs, identity)}`;
    const firstOutputs = first.get(key);
    if (!firstOutputs) first.set(key, outputs);
    return firstOutputs;
  };
}

/** Gives every object a number of its own. */
function numbering(): (value: object) => number {
  const numbers = new Map<object, number>();
  return (value) => {
    const number = numbers.get(value) ?? numbers.size;
    numbers.set(value, number);
    return number;
  };
}

/** Equal for equal attributes, and never for others: NaN, the infinities and -0 are all told apart. */
function keyOf(value: unknown, identity: (value: object) => number): string {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof Tensor) return `#${identity(value)}`;
  if (isData(value)) return value.length > COMPARED ? `#${identity(value)}` : listOf(Array.from(value), identity);
  if (Array.isArray(value)) return listOf(value, identity);
  return `{${Object.entries(value).map(([name, part]) => `${name}:${keyOf(part, identity)}`)}}`;
}
const listOf = (values: readonly unknown[], identity: (value: object) => number): string =>
  `[${values.map((value) => keyOf(value, identity))}]`;

const isData = (value: object): value is HostTensor["data"] => ArrayBuffer.isView(value);
