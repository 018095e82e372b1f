import { isNodeOf } from "../graph/op.ts";
import { rewrite } from "../graph/rewrite.ts";
import type { Node, Tensor } from "../graph/tensor.ts";
import { topological } from "../graph/topological.ts";
import { input } from "../ops/leaves.ts";
import { mapValues } from "../util/map-values.ts";

/** A graph in two parts. */
export interface SplitGraph<N extends string = string> {
  /** The tensors that depend on the invariant inputs alone, under the names of `leaves`. */
  readonly prologue: Readonly<Record<string, Tensor>>;
  /** The rest: the same outputs, computed from the leaves in place of those tensors. */
  readonly body: Readonly<Record<N, Tensor>>;
  readonly leaves: Readonly<Record<string, Tensor>>;
}

/** Dependence of a node on inputs: on none, on invariant ones alone, or on another. */
type Dependence = 0 | 1 | 2;

/**
 * Splits a graph at the last tensors that depend on the `invariant` inputs alone, so that they can be computed once for many
 * runs of the rest: loop-invariant code motion. Weights that nothing else depends on stay with their users.
 */
export function splitInvariant<N extends string>(
  outputs: Readonly<Record<N, Tensor>>,
  invariant: ReadonlySet<string>,
): SplitGraph<N> {
  const roots = Object.values<Tensor>(outputs);
  const dependences = new Map<Node, Dependence>();
  const cuts = new Set<Tensor>();
  const cutAt = (x: Tensor) => {
    if (dependences.get(x.node) === 1 && x.node.inputs.length > 0) cuts.add(x);
  };
  for (const node of topological(roots)) {
    const dependence = dependenceOf(node, { dependences, invariant });
    dependences.set(node, dependence);
    if (dependence === 2) node.inputs.forEach(cutAt);
  }
  roots.forEach(cutAt);
  const entries = Array.from(cuts, (x, i) => [`prologue.${i}`, x] as const);
  const leaves = Object.fromEntries(entries.map(([name, { dtype, shape }]) => [name, input({ name, dtype, shape })]));
  const replacements = new Map(entries.flatMap(([name, x]) => (leaves[name] ? [[x, leaves[name]] as const] : [])));
  const results = rewrite(roots, { replacements }).values();
  const body = mapValues(outputs, (y: Tensor) => results.next().value ?? y);
  return { prologue: Object.fromEntries(entries), body, leaves };
}

interface DependenceContext {
  readonly dependences: ReadonlyMap<Node, Dependence>;
  readonly invariant: ReadonlySet<string>;
}
function dependenceOf(node: Node, { dependences, invariant }: DependenceContext): Dependence {
  if (isNodeOf(node, input)) return invariant.has(node.attrs.name) ? 1 : 2;
  return node.inputs.reduce<Dependence>((largest, x) => {
    const dependence = dependences.get(x.node) ?? 0;
    return dependence > largest ? dependence : largest;
  }, 0);
}
