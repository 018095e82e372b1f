import type { Tensor } from "../../graph/tensor.ts";
import {
  amax,
  amin,
  argmax,
  argmin,
  cumprod,
  cumsum,
  logsumexp,
  mean,
  type ReduceOptions,
  sum,
  variance,
} from "../reduce.ts";
import { bool, float, type OpCase, type OpRow, type OpRows, sampleOf, spread } from "./conformance.cases.ts";
import { along, type Float64, reduced } from "./float64.cases.ts";

type Reducer = (x: Tensor, options?: ReduceOptions) => Tensor;
const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const average = (values: readonly number[]) => total(values) / values.length;
const spreadOf = (values: readonly number[]) => average(values.map((v) => (v - average(values)) ** 2));
const logTotal = (values: readonly number[]) => {
  const top = Math.max(...values);
  return top + Math.log(total(values.map((v) => Math.exp(v - top))));
};

const options: readonly ReduceOptions[] = [{}, { axes: [1] }, { axes: [0, -1], keepDims: true }, { axes: [] }];

/** A row for a reduction: all axes, some, none, axes of one element, and no elements. */
function reducerRow(op: Reducer, f: (values: readonly number[]) => number, { empty }: { empty: boolean }): OpRow {
  const called = (shape: readonly number[], options: ReduceOptions): OpCase => ({
    about: `[${shape}] ${JSON.stringify(options)}`,
    inputs: [spread(shape, { seed: 3 })],
    op: (x) => op(x, options),
    reference: (x) => reduced(x, options, f),
  });
  const none = {
    about: "of none",
    inputs: [float(2, 0)],
    op: (x: Tensor) => op(x),
    message: "axis 1 has no elements",
  } as const;
  return {
    cases: [
      ...options.map((reduceOptions) => called([2, 3, 4], reduceOptions)),
      called([3, 1], { axes: [1] }),
      called([], {}),
      called([0, 3], { axes: [1] }),
      ...(empty ? [called([2, 0], { axes: [1] }), called([0], {})] : []),
    ],
    refuses: [
      {
        about: "a missing axis",
        inputs: [float(2)],
        op: (x) => op(x, { axes: [1] }),
        message: "axis 1 is not one of the 1 axes",
      },
      {
        about: "an axis twice",
        inputs: [float(2)],
        op: (x) => op(x, { axes: [0, -1] }),
        message: "the axes [0,-1] name one twice",
      },
      ...(empty ? [] : [none]),
    ],
  };
}

const withCases = (row: OpRow, ...cases: readonly OpCase[]): OpRow => ({ ...row, cases: [...row.cases, ...cases] });
const integers = (op: Reducer, f: (values: readonly number[]) => number): OpCase => ({
  about: "of integers",
  inputs: [sampleOf("int32", [2, 3], [7, -70_000, 3, 3, 2, 1])],
  op: (x) => op(x, { axes: [1] }),
  reference: (x) => reduced(x, { axes: [1] }, f),
});

function placeRow(op: typeof argmax, best: (...values: number[]) => number): OpRow {
  const reference = (x: Float64, axis: number) => reduced(x, { axes: [axis] }, (row) => row.indexOf(best(...row)));
  const called = (axis: number, sample: OpCase["inputs"][number], about: string): OpCase => ({
    about,
    inputs: [sample],
    op: (x) => op(x, { axis }),
    reference: (x) => reference(x, axis),
  });
  return {
    cases: [
      called(-1, spread([3, 5]), "along the last axis"),
      called(0, spread([3, 1]), "along the first axis"),
      called(1, sampleOf("int32", [2, 4], [1, 9, 9, 1, 7, 0, 7, 0]), "of integers, the first of equals"),
      called(1, spread([0, 2]), "in no rows"),
    ],
    refuses: [
      { about: "no elements", inputs: [float(2, 0)], op: (x) => op(x, { axis: 1 }), message: "axis 1 has no elements" },
      {
        about: "truth values",
        inputs: [bool(2)],
        op: (x) => op(x, { axis: 0 }),
        message: "expected float32 or int32, got bool",
      },
    ],
  };
}

const running = (f: (a: number, b: number) => number, start: number) => (row: readonly number[]) =>
  row.map((_, i) => row.slice(0, i + 1).reduce(f, start));

const sums = [
  { axis: 1, reverse: false },
  { axis: 0, reverse: true },
  { axis: -1, reverse: false },
].flatMap(({ axis, reverse }) =>
  [
    [3, 4],
    [1, 2],
    [0, 2],
  ].map(
    (shape): OpCase => ({
      about: `[${shape}] along ${axis}${reverse ? " from the end" : ""}`,
      inputs: [spread(shape)],
      op: (x) => cumsum(x, { axis, reverse }),
      reference: (x) =>
        along(x, axis, (row) =>
          reverse ? running((a, b) => a + b, 0)(row.toReversed()).toReversed() : running((a, b) => a + b, 0)(row),
        ),
    }),
  ),
);

const product = (about: string, sample: OpCase["inputs"][number], axis: number): OpCase => ({
  about,
  inputs: [sample],
  op: (x) => cumprod(x, { axis }),
  reference: (x) =>
    along(
      x,
      axis,
      running((a, b) => a * b, 1),
    ),
});

export const reduceRows = {
  sum: withCases(reducerRow(sum, total, { empty: true }), integers(sum, total)),
  mean: reducerRow(mean, average, { empty: false }),
  variance: withCases(reducerRow(variance, spreadOf, { empty: false }), {
    about: "unbiased",
    inputs: [spread([2, 5])],
    op: (x) => variance(x, { axes: [1], correction: 1 }),
    reference: (x) => reduced(x, { axes: [1] }, (row) => (spreadOf(row) * row.length) / (row.length - 1)),
  }),
  amax: withCases(
    reducerRow(amax, (row) => Math.max(...row), { empty: false }),
    integers(amax, (row) => Math.max(...row)),
  ),
  amin: withCases(
    reducerRow(amin, (row) => Math.min(...row), { empty: false }),
    integers(amin, (row) => Math.min(...row)),
  ),
  logsumexp: withCases(reducerRow(logsumexp, logTotal, { empty: false }), {
    about: "of large numbers",
    inputs: [sampleOf("float32", [2, 3], [1000, 999, 998, -1000, -1001, -999])],
    op: (x) => logsumexp(x, { axes: [1] }),
    reference: (x) => reduced(x, { axes: [1] }, logTotal),
  }),
  argmax: placeRow(argmax, Math.max),
  argmin: placeRow(argmin, Math.min),
  cumsum: {
    cases: sums,
    refuses: [
      {
        about: "a missing axis",
        inputs: [float(2)],
        op: (x) => cumsum(x, { axis: 1 }),
        message: "axis 1 is not one of the 1 axes",
      },
    ],
  },
  cumprod: {
    cases: [
      product("along the last axis", spread([2, 5]), -1),
      product("with a zero", sampleOf("float32", [5], [2, -1, 0, 3, 0.5]), 0),
      product("with two zeros", sampleOf("float32", [2, 4], [0, 2, 0, 3, 1, 0, 0, 2]), 1),
      product("of one", spread([1, 2]), 0),
      product("of none", spread([2, 0]), 1),
    ],
    refuses: [
      {
        about: "a missing axis",
        inputs: [float(2)],
        op: (x) => cumprod(x, { axis: -2 }),
        message: "axis -2 is not one of the 1 axes",
      },
    ],
  },
} satisfies OpRows;
