import { AquatintError } from "../errors.ts";
import { defineOp, type OpFn, recorded } from "../graph/op.ts";
import { rewrite } from "../graph/rewrite.ts";
import { type Node, Tensor } from "../graph/tensor.ts";
import { sizeOf, type Type } from "../graph/types.ts";
import { topological } from "../graph/walk.ts";
import { cast, greater } from "../ops/comparison.ts";
import { add } from "../ops/elementwise.ts";
import { scalar } from "../ops/leaves.ts";
import { sum } from "../ops/reduce.ts";
import { concat, reshape, slice } from "../ops/shape.ts";
import { pullback } from "./grad.ts";

/** One result of a function that is checkpointed, or several. */
export type Results = Tensor | readonly Tensor[];

/**
 * The same function, whose gradient keeps nothing from inside of it but computes it again from its float32 arguments:
 * less memory for one more forward pass (Chen et al. 2016). Tensors that it finds elsewhere, parameters or what a
 * closure holds, are kept as they are. May be nested.
 * @throws AquatintError "graph/checkpoint" when the function returns anything but tensors.
 */
export const checkpointed =
  <A extends readonly unknown[], R extends Results>(fn: (...args: A) => R): ((...args: A) => R) =>
  (...args) => {
    const { result, nodes } = recorded(() => fn(...args));
    const outputs = [result].flat() as readonly Tensor[];
    expectTensors(outputs);
    const given = new Set((args as readonly unknown[]).flat().filter((arg) => arg instanceof Tensor));
    const free = freeTensors(outputs, nodes);
    const again = free.filter((x) => given.has(x) && x.dtype === "float32");
    const kept = free.filter((x) => !again.includes(x));
    const results = segment(...outputs, ...again, ...kept, { outputs: outputs.length, again: again.length });
    return (result instanceof Tensor ? results[0]! : results) as R;
  };

function expectTensors(results: readonly unknown[]): void {
  const other = results.find((result) => !(result instanceof Tensor));
  if (other === undefined && results.length) return;
  throw new AquatintError("graph/checkpoint", `a checkpointed function returned ${typeof other}, not tensors`, {
    hint: "return a tensor or a list of tensors; wrap a smaller part",
  });
}

/** What a segment computes with and did not compute itself; leaves count as coming from elsewhere. */
function freeTensors(outputs: readonly Tensor[], inside: ReadonlySet<Node>): Tensor[] {
  const isFree = ({ node }: Tensor) => !inside.has(node) || node.op.laws?.distinct === true;
  const reached = topological(outputs, isFree).flatMap(({ inputs }) => inputs);
  return [...new Set([...outputs, ...reached].filter(isFree))];
}

/** Where a checkpointed segment ends: its outputs as they are. The other inputs are what it is computed from. */
const segment: OpFn<Tensor[], { outputs: number; again: number }, readonly Type[]> = defineOp({
  name: "checkpoint",
  infer: (inputs, { outputs }) => inputs.slice(0, outputs),
  emit: (_, inputs, { outputs }) => inputs.slice(0, outputs),
  grad: (dys, { inputs, attrs, wanted }) => {
    const outputs = inputs.slice(0, attrs.outputs);
    const free = inputs.slice(attrs.outputs);
    const late = zeroAfter(dys);
    const given = new Map(free.map((x, i) => [x, late && i < attrs.again ? add(x, late) : x]));
    const asked = free.filter((_, i) => wanted[attrs.outputs + i]);
    const wrt = asked.map((x) => given.get(x)!);
    const ds = pullback({ outputs: rewrite(outputs, { given }), cotangents: dys, wrt, independent: true });
    const found = new Map(asked.map((x, i) => [x, ds[i]]));
    const done = zeroAfter(free.slice(attrs.again).map((x) => found.get(x)));
    const passedOn = free.slice(0, attrs.again).map((x) => afterThat(found.get(x), done));
    return [...outputs.map(() => undefined), ...passedOn, ...free.slice(attrs.again).map((x) => found.get(x))];
  },
  laws: { identity: () => true },
});

/**
 * A zero that only these tensors can tell, whatever is in them. Added to the arguments it makes the second computation
 * another one than the first (ONNX Runtime merges equal nodes, as our own passes do), which cannot begin before the
 * gradient has arrived. Added to the gradient that is passed on it makes all earlier segments wait until this one is
 * done with its weights: ONNX Runtime would else compute the gradients of all weights last, and keep everything until then.
 */
function zeroAfter(tensors: readonly (Tensor | undefined)[]): Tensor | undefined {
  const firsts = tensors
    .filter((x) => x !== undefined && sizeOf(x.shape) > 0)
    .map((x) => slice(reshape(x!, { shape: [-1] }), { axis: 0, start: 0, end: 1 }));
  if (!firsts.length) return undefined;
  const beyond = cast(greater(concat(firsts, { axis: 0 }), scalar(Number.POSITIVE_INFINITY)), { to: "float32" });
  return sum(beyond);
}

const afterThat = (d: Tensor | undefined, zero: Tensor | undefined): Tensor | undefined =>
  d && zero ? add(d, zero) : d;
