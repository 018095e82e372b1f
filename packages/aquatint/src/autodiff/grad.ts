import { AquatintError } from "../errors.ts";
import { gradientScope, withScope } from "../graph/scope.ts";
import type { Node, Tensor } from "../graph/tensor.ts";
import { topological } from "../graph/topological.ts";
import type { Shape } from "../graph/types.ts";
import { add } from "../ops/elementwise.ts";
import { fill } from "../ops/leaves.ts";
import { sum } from "../ops/reduce.ts";
import { reshape } from "../ops/shape.ts";

/**
 * The derivative of a scalar `loss` with respect to each of `wrt`, as more graph. Its nodes belong to the module of the
 * node that they differentiate, as "mid_block.resnets.0 (gradient)".
 * @throws AquatintError "graph/no-gradient" where the loss is no scalar, or depends on them through an op that refuses.
 */
export function grad(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  if (loss.shape.length) {
    throw new AquatintError("graph/no-gradient", `the loss must be a scalar, got ${loss}`, {
      hint: "reduce it with mean() or sum() first",
    });
  }
  const unit = fill({ value: 1, shape: [] });
  const derivatives = pullback({ outputs: [loss], cotangents: [unit], wrt });
  return wrt.map(({ shape }, i) => derivatives[i] ?? fill({ value: 0, shape }));
}

/** Input of `pullback`. */
export interface PullbackInput {
  readonly outputs: readonly Tensor[];
  /** The derivative with respect to each output; undefined where there is none. */
  readonly cotangents: readonly (Tensor | undefined)[];
  readonly wrt: readonly Tensor[];
  /** Take each of `wrt` for a variable of its own, although one may depend on another. */
  readonly independent?: boolean | undefined;
}

/** The derivatives with respect to `wrt`, each undefined where no output depends on it. @throws as `grad` does. */
export function pullback({
  outputs,
  cotangents: outputCotangents,
  wrt,
  independent = false,
}: PullbackInput): (Tensor | undefined)[] {
  const variables = new Set(independent ? wrt : []);
  const nodes = topological(outputs, (x) => variables.has(x));
  const live = dependents(nodes, wrt);
  const cotangents = new Map<Tensor, Tensor>();
  const accumulate = (x: Tensor, d: Tensor | undefined) => {
    if (!d) return;
    const previous = cotangents.get(x);
    cotangents.set(x, previous ? add(previous, d) : d);
  };
  for (const [i, y] of outputs.entries()) accumulate(y, outputCotangents[i]);
  for (const node of nodes.reverse()) {
    if (!live.has(node) || !node.outputs.some((y) => cotangents.has(y))) continue;
    withScope(node.scope && gradientScope(node.scope), () => {
      const needsGradient = node.inputs.map((x) => live.has(x.node));
      const derivatives = backward(node, cotangents, needsGradient);
      for (const [i, x] of node.inputs.entries()) {
        const d = needsGradient[i] ? derivatives[i] : undefined;
        accumulate(x, d && unbroadcast(d, x.shape));
      }
    });
  }
  return wrt.map((x) => cotangents.get(x));
}

/** The nodes whose value depends on `wrt`. */
function dependents(nodes: readonly Node[], wrt: readonly Tensor[]): Set<Node> {
  const live = new Set(wrt.map((x) => x.node));
  for (const node of nodes) if (node.inputs.some((x) => live.has(x.node))) live.add(node);
  return live;
}

function backward(
  node: Node,
  cotangents: ReadonlyMap<Tensor, Tensor>,
  needsGradient: readonly boolean[],
): readonly (Tensor | undefined)[] {
  const rule = node.op.grad;
  if (rule === "zero" || rule === "leaf") return [];
  if (rule === "unsupported") {
    throw new AquatintError("graph/no-gradient", `${node.op.name} has no gradient${at(node)}`, {
      hint: "rewrite the loss without it, or keep it out of the path to the parameters",
    });
  }
  const dy = node.outputs.map((y) => cotangents.get(y));
  return rule(dy as never, { inputs: node.inputs, outputs: node.outputs as never, attrs: node.attrs, needsGradient });
}
const at = ({ scope }: Node): string => (scope?.path() ? ` (in ${scope.path()})` : "");

/** Sums `d` down to `shape`: the transpose of broadcasting, so that no op's gradient has to mention it. */
function unbroadcast(d: Tensor, shape: Shape): Tensor {
  const extra = d.shape.length - shape.length;
  const axes = d.shape.flatMap((n, i) => (i < extra || (shape[i - extra] === 1 && n !== 1) ? [i] : []));
  return axes.length ? reshape(sum(d, { axes }), { shape }) : d;
}
