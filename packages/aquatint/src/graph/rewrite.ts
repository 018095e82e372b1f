import { AquatintError } from "../errors.ts";
import { mapValues } from "../util/map-values.ts";
import { isNodeOf, type NodeOf } from "./op.ts";
import { withScope } from "./scope.ts";
import { type Node, newNode, type OpSpec, type Tensor } from "./tensor.ts";
import { topological } from "./topological.ts";
import { type Type, typeName } from "./types.ts";

/**
 * Replaces a node's outputs, each by one tensor of the same type; undefined leaves the node unchanged.
 * The node's inputs are rewritten already. Ops that a rule calls belong to the node's module, and what they make is
 * offered to the rules again, so every answer must be a step toward an end.
 */
export type Rule = (node: Node) => readonly Tensor[] | undefined;

/** A rule for the applications of one op. */
export const ruleFor =
  <I extends readonly Tensor[], A, T extends Type | readonly Type[]>(
    op: { readonly op: OpSpec<I, A, T> },
    rule: (node: NodeOf<I, A, T>) => readonly Tensor[] | undefined,
  ): Rule =>
  (node) =>
    isNodeOf(node, op) ? rule(node) : undefined;

/** The named tensors of a graph after `rules`, under the same names. */
export function rewriteNamed<N extends string>(
  outputs: Readonly<Record<N, Tensor>>,
  rules: readonly Rule[],
): Readonly<Record<N, Tensor>> {
  const results = rewrite(Object.values(outputs), { rules }).values();
  return mapValues(outputs, (y) => results.next().value ?? y);
}

/** Options of `rewrite`. */
export interface RewriteOptions {
  /** Asked in order; the first answer counts. */
  readonly rules?: readonly Rule[] | undefined;
  /** Tensors with what stands in their place; the graph behind them is left alone. */
  readonly replacements?: ReadonlyMap<Tensor, Tensor> | undefined;
}

/**
 * The graph behind `roots` rebuilt from its leaves up, in linear time. What no rule changes keeps its identity, so that
 * parameters stay bound; what is rebuilt keeps its op, attributes, types and module.
 * @throws AquatintError "graph/rewrite" when a rule answers with other types.
 */
export function rewrite(
  roots: readonly Tensor[],
  { rules = [], replacements = new Map() }: RewriteOptions = {},
): readonly Tensor[] {
  const final = new Map(replacements);
  const current = (x: Tensor): Tensor => final.get(x) ?? x;
  const setFinal = (node: Node, outputs: readonly Tensor[]) => {
    for (const [i, y] of node.outputs.entries()) final.set(y, current(outputs[i] ?? y)).set(current(y), current(y));
  };
  // a rule's answer is visited in turn: as deep as rules answer each other, not as the graph
  const visit = (tensors: readonly Tensor[]) => {
    for (const node of topological(tensors, (x) => final.has(x))) {
      const rebuilt = withInputs(node, node.inputs.map(current));
      const answer = withScope(node.scope, () => firstAnswer(rules, rebuilt));
      if (answer) visit(answer);
      setFinal(node, answer ?? rebuilt.outputs);
    }
  };
  visit(roots);
  return roots.map(current);
}

function firstAnswer(rules: readonly Rule[], node: Node): readonly Tensor[] | undefined {
  for (const rule of rules) {
    const answer = rule(node);
    if (answer) return checkTypes(node, answer);
  }
  return undefined;
}

function checkTypes(node: Node, answer: readonly Tensor[]): readonly Tensor[] {
  const [actual, expected] = [answer, node.outputs].map((ys) => ys.map(typeName).join(", "));
  if (actual === expected) return answer;
  throw new AquatintError("graph/rewrite", `a rule answered ${actual} for ${node.op.name}, which gives ${expected}`);
}

function withInputs(node: Node, inputs: readonly Tensor[]): Node {
  if (inputs.every((x, i) => x === node.inputs[i])) return node;
  return newNode({ ...node, inputs }, node.outputs);
}
