import { isNodeOf } from "../../graph/op.ts";
import { type Rule, ruleFor } from "../../graph/rewrite.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { mul } from "../../ops/elementwise.ts";
import { concat, slice } from "../../ops/shape.ts";
import { sizeAt } from "../../ops/shape-rules.ts";
import { fusedGelu } from "./gelu.ts";
import { behindReshape, gemm } from "./gemm.ts";

const FLOAT_BYTES = 4;
/** Rows of a slice are a multiple of this, so that no kernel has a rest. */
const ROW_STEP = 16;

/**
 * A feed-forward layer with GEGLU for some rows after the others, so that its inner layer takes at most `limit` bytes at a time, but at least 16 rows,
 * and stays in the processor's cache; the same numbers, for rows do not depend on each other.
 */
export const sliceFeedForward = (limit: number): Rule =>
  ruleFor(gemm, ({ inputs: [inner, weight, bias], attrs }) => {
    const product = behindReshape(inner).node;
    if (attrs.transA || !isNodeOf(product, mul)) return undefined;
    const halves = product.inputs.map(linearHalf);
    const [left, right] = halves;
    if (!left || !right || left.rows !== right.rows || halves.filter((half) => half?.gated).length !== 1)
      return undefined;
    const [count, width] = [sizeAt(inner.shape, 0), sizeAt(inner.shape, 1)];
    const rowLimit = Math.max(1, Math.floor(limit / (FLOAT_BYTES * width * ROW_STEP))) * ROW_STEP;
    const size = ROW_STEP * Math.ceil(count / Math.ceil(count / rowLimit) / ROW_STEP);
    if (FLOAT_BYTES * count * width <= limit || size >= count || sizeAt(left.rows.shape, 0) !== count) return undefined;
    const outputs: Tensor[] = [];
    for (let start = 0; start < count; start += size) {
      const rows = slice(left.rows, { axis: 0, start, end: Math.min(count, start + size) });
      outputs.push(gemm(mul(left.of(rows), right.of(rows)), weight, bias, attrs));
    }
    return [concat(outputs, { axis: 0 })];
  });

/** Half of a GEGLU: a linear layer, or its GELU, as a function of its rows. */
interface LinearHalf {
  readonly rows: Tensor;
  readonly gated: boolean;
  of(rows: Tensor): Tensor;
}

function linearHalf(x: Tensor): LinearHalf | undefined {
  const { node } = behindReshape(x);
  if (isNodeOf(node, fusedGelu)) {
    const half = linearHalf(node.inputs[0]);
    return half && !half.gated ? { ...half, gated: true, of: (rows) => fusedGelu(half.of(rows)) } : undefined;
  }
  if (!isNodeOf(node, gemm) || node.attrs.transA) return undefined;
  const [rows, weight, bias] = node.inputs;
  return { rows, gated: false, of: (some) => gemm(some, weight, bias, node.attrs) };
}
