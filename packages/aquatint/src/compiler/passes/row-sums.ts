import { apply, isNodeOf } from "../../graph/op.ts";
import { type Rule, ruleFor } from "../../graph/rewrite.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { mul } from "../../ops/elementwise.ts";
import { matmul } from "../../ops/matmul.ts";
import { sum } from "../../ops/reduce.ts";
import { sizeAt } from "../../ops/shape-rules.ts";

/**
 * The sums along the rows of (a·bᵀ) ∘ p are those of a ∘ (p·b), which has fewer columns (Dao et al. 2022). The gradient
 * of attention adds up so, where p·b is the attention's own result.
 */
export const rowSums: Rule = ruleFor(sum, ({ op, inputs: [x], attrs }) => {
  const { axes } = attrs;
  if (!isNodeOf(x.node, mul) || axes.length !== 1 || axes[0] !== x.shape.length - 1) return undefined;
  const [left, right] = x.node.inputs;
  const narrow = narrowed(left, right) ?? narrowed(right, left);
  return narrow && apply(op, [narrow], attrs);
});

/** a ∘ (p·b) for a product a·bᵀ of more columns than b has; undefined for anything else, and where shapes broadcast. */
function narrowed({ node, shape }: Tensor, p: Tensor): Tensor | undefined {
  if (!isNodeOf(node, matmul) || String(p.shape) !== String(shape)) return undefined;
  const [a, b] = node.inputs;
  const { transA, transB, alpha } = node.attrs;
  const isPlain = !transA && transB && alpha === 1;
  const batch = (x: Tensor) => String(x.shape.slice(0, -2));
  if (!isPlain || batch(a) !== batch(p) || batch(b) !== batch(p)) return undefined;
  return sizeAt(b.shape, -1) < sizeAt(shape, -1) ? mul(a, matmul(p, b)) : undefined;
}
