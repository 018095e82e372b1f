import { AquatintError } from "../errors.ts";
import { defineOp, type OpFn, recordNodes } from "../graph/op.ts";
import { rewrite } from "../graph/rewrite.ts";
import { type Node, Tensor } from "../graph/tensor.ts";
import { topological } from "../graph/topological.ts";
import { sizeOf, type Type } from "../graph/types.ts";
import { cast, greater } from "../ops/comparison.ts";
import { add } from "../ops/elementwise.ts";
import { scalar } from "../ops/leaves.ts";
import { sum } from "../ops/reduce.ts";
import { concat, reshape, slice } from "../ops/shape.ts";
import { pullback } from "./grad.ts";

/** One result of a function, or several. */
export type Results = Tensor | readonly Tensor[];

/**
 * The same function, whose gradient keeps nothing from inside of it but computes it again from its float32 arguments:
 * less memory for one more forward pass (Chen et al. 2016). Tensors that it finds elsewhere, parameters or what a
 * closure holds, are kept as they are. May be nested.
 * @throws AquatintError "graph/checkpoint" when the function returns anything but tensors.
 */
export const checkpoint =
  <A extends readonly unknown[], R extends Results>(fn: (...args: A) => R): ((...args: A) => R) =>
  (...args) => {
    const { result, nodes } = recordNodes(() => fn(...args));
    const outputs = [result].flat() as readonly Tensor[];
    expectTensors(outputs);
    const argumentTensors = new Set((args as readonly unknown[]).flat().filter((arg) => arg instanceof Tensor));
    const freeInputs = freeTensors(outputs, nodes);
    const recomputed = freeInputs.filter((x) => argumentTensors.has(x) && x.dtype === "float32");
    const constants = freeInputs.filter((x) => !recomputed.includes(x));
    const results = segment(...outputs, ...recomputed, ...constants, {
      outputs: outputs.length,
      recomputed: recomputed.length,
    });
    return (result instanceof Tensor ? results[0] : results) as R;
  };

function expectTensors(results: readonly unknown[]): void {
  const other = results.find((result) => !(result instanceof Tensor));
  if (other === undefined && results.length) return;
  throw new AquatintError("graph/checkpoint", `a checkpointed function returned ${typeof other}, not tensors`, {
    hint: "return a tensor or a list of tensors; wrap a smaller part",
  });
}

/** The tensors that a segment uses and did not compute itself. Leaves count as coming from elsewhere. */
function freeTensors(outputs: readonly Tensor[], inside: ReadonlySet<Node>): Tensor[] {
  const isFree = ({ node }: Tensor) => !inside.has(node) || node.op.traits?.unique === true;
  const inputs = topological(outputs, isFree).flatMap(({ inputs }) => inputs);
  return [...new Set([...outputs, ...inputs].filter(isFree))];
}

/** The end of a checkpointed segment: its outputs, unchanged. The other inputs are the tensors that it is computed from. */
const segment: OpFn<Tensor[], { outputs: number; recomputed: number }, readonly Type[]> = defineOp({
  name: "checkpoint",
  infer: (inputs, { outputs }) => inputs.slice(0, outputs),
  emit: (_, inputs, { outputs }) => inputs.slice(0, outputs),
  grad: (dys, { inputs, attrs, needsGradient }) => {
    const outputs = inputs.slice(0, attrs.outputs);
    const freeInputs = inputs.slice(attrs.outputs);
    const barrier = zeroAfter(dys);
    const replacements = new Map(freeInputs.map((x, i) => [x, barrier && i < attrs.recomputed ? add(x, barrier) : x]));
    const variables = freeInputs.filter((_, i) => needsGradient[attrs.outputs + i]);
    const wrt = variables.map((x) => replacements.get(x) ?? x);
    const ds = pullback({ outputs: rewrite(outputs, { replacements }), cotangents: dys, wrt, independent: true });
    const gradients = new Map(variables.map((x, i) => [x, ds[i]]));
    const done = zeroAfter(freeInputs.slice(attrs.recomputed).map((x) => gradients.get(x)));
    const passedOn = freeInputs.slice(0, attrs.recomputed).map((x) => afterThat(gradients.get(x), done));
    return [
      ...outputs.map(() => undefined),
      ...passedOn,
      ...freeInputs.slice(attrs.recomputed).map((x) => gradients.get(x)),
    ];
  },
  traits: { identity: () => true },
});

/**
 * A zero that only these tensors can tell, whatever is in them. Added to the arguments it makes the second computation
 * another one than the first (ONNX Runtime merges equal nodes, as our own passes do), which cannot begin before the
 * gradient has arrived. Added to the gradient that is passed on it makes all earlier segments wait until this one is
 * done with its weights: ONNX Runtime would else compute the gradients of all weights last, and keep everything until then.
 */
function zeroAfter(tensors: readonly (Tensor | undefined)[]): Tensor | undefined {
  const firsts = tensors
    .filter((x) => x !== undefined)
    .filter(({ shape }) => sizeOf(shape) > 0)
    .map((x) => slice(reshape(x, { shape: [-1] }), { axis: 0, start: 0, end: 1 }));
  if (!firsts.length) return undefined;
  const beyond = cast(greater(concat(firsts, { axis: 0 }), scalar(Number.POSITIVE_INFINITY)), { to: "float32" });
  return sum(beyond);
}

const afterThat = (d: Tensor | undefined, zero: Tensor | undefined): Tensor | undefined =>
  d && zero ? add(d, zero) : d;
