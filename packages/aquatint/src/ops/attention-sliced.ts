import type { Rule } from "../graph/passes/rewrite.ts";
import type { Tensor } from "../graph/tensor.ts";
import { sizeOf } from "../graph/types.ts";
import { add } from "./elementwise.ts";
import { matmul, matmulOp } from "./matmul.ts";
import { softmax, softmaxOp } from "./norm.ts";
import { concat, slice } from "./shape.ts";

const FLOAT = 4;

/**
 * softmax(scores)·v for some queries after the others, so that scores take at most `limit` bytes at a time; the same
 * numbers, for a query's scores do not depend on other queries. At least one query is taken at a time.
 */
export const attentionInSlices =
  (limit: number): Rule =>
  ({ op, inputs: [weights, v], attrs }) => {
    if (op !== matmulOp.op || weights?.node.op !== softmaxOp.op) return undefined;
    const { shape } = weights;
    const [queries, axis] = [shape.at(-2) ?? 1, shape.length - 2];
    const along = (weights.node.attrs as { readonly axis: number }).axis;
    const { transA, transB, alpha } = attrs as MatmulAttrs;
    const isLast = along === -1 || along === shape.length - 1;
    if (!isLast || transA || FLOAT * sizeOf(shape) <= limit || queries === 1) return undefined;
    const some = Math.max(1, Math.floor((queries * limit) / (FLOAT * sizeOf(shape))));
    const parts: Tensor[] = [];
    for (let start = 0; start < queries; start += some) {
      const end = Math.min(queries, start + some);
      const scores = rows(weights.node.inputs[0]!, { axis, start, end });
      if (!scores) return undefined;
      parts.push(matmul(softmax(scores, { axis: -1 }), v!, { transB, alpha }));
    }
    return [concat(parts, { axis })];
  };

type MatmulAttrs = Required<NonNullable<Parameters<typeof matmul>[2]>>;
interface Rows {
  /** Counted from the front, of the whole scores. */
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

/** Rows of scores, computed from these queries alone: of a product, or of one with a mask added. */
function rows({ node, shape }: Tensor, range: Rows): Tensor | undefined {
  const [a, b] = node.inputs;
  if (node.op === add.op) {
    const [product, mask] = a!.node.op === matmulOp.op ? [a!, b!] : [b!, a!];
    const part = String(product.shape) === String(shape) ? rows(product, range) : undefined;
    return part && add(part, maskRows(mask, shape.length, range));
  }
  if (node.op !== matmulOp.op) return undefined;
  const { transA, ...rest } = node.attrs as MatmulAttrs;
  if (transA || a!.shape.length !== shape.length) return undefined;
  return matmul(slice(a!, range), b!, rest);
}

/** The same rows of a mask that broadcasts to the scores. */
function maskRows(mask: Tensor, rank: number, { axis, start, end }: Rows): Tensor {
  const own = axis - (rank - mask.shape.length);
  return own < 0 || mask.shape[own] === 1 ? mask : slice(mask, { axis: own, start, end });
}
