import type { Tensor } from "../graph/tensor.ts";
import { elu, gelu, relu, silu, softplus } from "../ops/activation.ts";
import { erf64, sigmoid64 } from "../ops/cases/elementwise.cases.ts";
import { along, array, type Float64, map, reduced, zip } from "../ops/cases/float64.cases.ts";
import { product } from "../ops/cases/matmul.cases.ts";
import { normalized, softmax64 } from "../ops/cases/norm.cases.ts";
import { causalMask, greater, where } from "../ops/comparison.ts";
import {
  abs,
  add,
  clamp,
  div,
  exp,
  maximum,
  minimum,
  mul,
  neg,
  scale,
  sigmoid,
  sin,
  square,
  sub,
  tanh,
} from "../ops/elementwise.ts";
import { scalar } from "../ops/leaves.ts";
import { matmul } from "../ops/matmul.ts";
import { logSoftmax, normalize, softmax } from "../ops/norm.ts";
import { amax, cumsum, logsumexp, mean, sum } from "../ops/reduce.ts";
import { concat, pad, slice, transpose } from "../ops/shape.ts";

/** One way of extending a graph by a node, in both worlds: two square matrices of one size to a third. */
export interface Step {
  readonly graph: (a: Tensor, b: Tensor) => Tensor;
  readonly reference: (a: Float64, b: Float64) => Float64;
}

const each = (graph: (a: Tensor) => Tensor, f: (v: number) => number): Step => ({
  graph: (a) => graph(a),
  reference: (a) => map(a, f),
});
const pairwise = (graph: Step["graph"], f: (p: number, q: number) => number): Step => ({
  graph,
  reference: (a, b) => zip(a, b, f),
});
const inRows = (graph: (a: Tensor) => Tensor, f: (row: readonly number[]) => readonly number[]): Step => ({
  graph: (a) => graph(a),
  reference: (a) => along(a, 1, f),
});
/** A reduction of rows, taken from the matrix again so that it stays one. */
const perRow = (op: typeof mean, f: (row: readonly number[]) => number): Step => ({
  graph: (a, b) => sub(b, scale(op(a, { axes: [1], keepDims: true }), 0.3)),
  reference: (a, b) =>
    zip(
      b,
      map(reduced(a, { axes: [1], keepDims: true }, f), (v) => 0.3 * v),
      (p, q) => p - q,
    ),
});
const total = (row: readonly number[]) => row.reduce((p, q) => p + q, 0);
const logTotal = (row: readonly number[]) => Math.log(total(row.map(Math.exp)));
const sizeOf = (a: { readonly shape: readonly number[] }) => a.shape[0]!;

/** The steps by name; every result stays within a few units, so that float32 and float64 can be compared. */
export const steps: Readonly<Record<string, Step>> = {
  tanh: each(tanh, Math.tanh),
  sigmoid: each(sigmoid, sigmoid64),
  silu: each(silu, (v) => v * sigmoid64(v)),
  gelu: each(
    (a) => gelu(tanh(a)),
    (v) => (Math.tanh(v) / 2) * (1 + erf64(Math.tanh(v) * Math.SQRT1_2)),
  ),
  softplus: each(softplus, (v) => Math.log1p(Math.exp(v))),
  elu: each(elu, (v) => (v > 0 ? v : Math.expm1(v))),
  relu: each(relu, (v) => Math.max(v, 0)),
  sin: each(sin, Math.sin),
  neg: each(neg, (v) => -v),
  abs: each(abs, Math.abs),
  bell: each(
    (a) => exp(neg(square(a))),
    (v) => Math.exp(-v * v),
  ),
  clamp: each(
    (a) => clamp(a, { min: -0.8, max: 0.9 }),
    (v) => Math.min(Math.max(v, -0.8), 0.9),
  ),
  add: pairwise(
    (a, b) => scale(add(a, b), 0.5),
    (p, q) => (p + q) / 2,
  ),
  sub: pairwise(sub, (p, q) => p - q),
  mul: pairwise(
    (a, b) => tanh(mul(a, b)),
    (p, q) => Math.tanh(p * q),
  ),
  div: pairwise(
    (a, b) => div(a, add(square(b), scalar(1))),
    (p, q) => p / (q * q + 1),
  ),
  maximum: pairwise(maximum, Math.max),
  minimum: pairwise(minimum, Math.min),
  where: pairwise(
    (a, b) => where(greater(a, b), neg(a), b),
    (p, q) => (p > q ? -p : q),
  ),
  matmul: {
    graph: (a, b) => matmul(a, b, { transB: true, alpha: 0.2 }),
    reference: (a, b) => product(a, b, { transB: true, alpha: 0.2 }),
  },
  transpose: {
    graph: (a) => transpose(a, { perm: [1, 0] }),
    reference: (a) => array(a.shape.toReversed(), ([i, j]) => a.at(j, i)),
  },
  concat: {
    graph: (a, b) => slice(concat([a, b], { axis: 0 }), { axis: 0, start: 1, end: sizeOf(a) + 1 }),
    reference: (a, b) => array(a.shape, ([i, j]) => (i + 1 < sizeOf(a) ? a.at(i + 1, j) : b.at(0, j))),
  },
  shift: {
    graph: (a) => slice(pad(a, { before: [0, 1], after: [0, 0] }), { axis: 1, start: 0, end: sizeOf(a) }),
    reference: (a) => array(a.shape, ([i, j]) => (j ? a.at(i, j - 1) : 0)),
  },
  triangle: {
    graph: (a, b) => where(causalMask({ queries: sizeOf(a) }), a, b),
    reference: (a, b) => array(a.shape, ([i, j]) => (j <= i ? a : b).at(i, j)),
  },
  softmax: inRows(softmax, softmax64),
  logSoftmax: inRows(
    (a) => scale(logSoftmax(a), 0.5),
    (row) => softmax64(row).map((p) => Math.log(p) / 2),
  ),
  normalize: inRows((a) => normalize(a, { eps: 0.5 }), normalized(0.5)),
  cumsum: inRows(
    (a) => scale(cumsum(a, { axis: 1 }), 0.4),
    (row) => row.map((_, i) => 0.4 * total(row.slice(0, i + 1))),
  ),
  sum: perRow(sum, total),
  mean: perRow(mean, (row) => total(row) / row.length),
  amax: perRow(amax, (row) => Math.max(...row)),
  logsumexp: perRow(logsumexp, logTotal),
};
