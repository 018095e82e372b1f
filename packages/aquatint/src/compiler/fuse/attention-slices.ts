import { isNodeOf } from "../../graph/op.ts";
import { type Rule, ruleFor } from "../../graph/rewrite.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { sizeOf } from "../../graph/types.ts";
import { add } from "../../ops/elementwise.ts";
import { matmul } from "../../ops/matmul.ts";
import { softmax } from "../../ops/norm.ts";
import { concat, slice } from "../../ops/shape.ts";

const FLOAT_BYTES = 4;

/**
 * softmax(scores)·v for some queries after the others, so that scores take at most `limit` bytes at a time; the same
 * numbers, for a query's scores do not depend on other queries. At least one query is taken at a time.
 */
export const sliceAttention = (limit: number): Rule =>
  ruleFor(matmul, ({ inputs: [{ node, shape }, v], attrs: { transA, transB, alpha } }) => {
    if (!isNodeOf(node, softmax)) return undefined;
    const [queries, axis] = [shape.at(-2) ?? 1, shape.length - 2];
    const isLast = node.attrs.axis === -1 || node.attrs.axis === shape.length - 1;
    const bytes = FLOAT_BYTES * sizeOf(shape);
    if (!isLast || transA || bytes <= limit || queries === 1) return undefined;
    const count = Math.max(1, Math.floor((queries * limit) / bytes));
    const parts: Tensor[] = [];
    for (let start = 0; start < queries; start += count) {
      const scores = rows(node.inputs[0], { axis, start, end: Math.min(queries, start + count) });
      if (!scores) return undefined;
      parts.push(matmul(softmax(scores, { axis: -1 }), v, { transB, alpha }));
    }
    return [concat(parts, { axis })];
  });

interface Rows {
  /** Counted from the front, of the whole scores. */
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

/** Rows of scores, computed from these queries alone: of a product, or of one with a mask added. */
function rows({ node, shape }: Tensor, range: Rows): Tensor | undefined {
  if (isNodeOf(node, add)) {
    const [a, b] = node.inputs;
    const [product, mask] = isNodeOf(a.node, matmul) ? [a, b] : [b, a];
    const part = String(product.shape) === String(shape) ? rows(product, range) : undefined;
    return part && add(part, maskRows(mask, shape.length, range));
  }
  if (!isNodeOf(node, matmul)) return undefined;
  const { inputs, attrs } = node;
  const [a, b] = inputs;
  return attrs.transA || a.shape.length !== shape.length ? undefined : matmul(slice(a, range), b, attrs);
}

/** The same rows of a mask that broadcasts to the scores. */
function maskRows(mask: Tensor, rank: number, { axis, start, end }: Rows): Tensor {
  const maskAxis = axis - (rank - mask.shape.length);
  return maskAxis < 0 || mask.shape[maskAxis] === 1 ? mask : slice(mask, { axis: maskAxis, start, end });
}
