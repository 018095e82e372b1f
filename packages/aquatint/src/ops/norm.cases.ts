import { type OpCase, spread } from "./conformance.cases.ts";
import { array, type Float64, total } from "./float64.cases.ts";
import { logSoftmax, normalise, softmax } from "./norm.ts";

/** `f` of each vector along the last axis. */
function rows(x: Float64, f: (row: readonly number[]) => readonly number[]): Float64 {
  const n = x.shape.at(-1)!;
  return array(x.shape, (index) => {
    const outer = index.slice(0, -1);
    return f(Array.from({ length: n }, (_, k) => x.at(...outer, k)))[index.at(-1)!]!;
  });
}

const normalised = (eps: number) => (row: readonly number[]) => {
  const mean = total(row.length, (i) => row[i]!) / row.length;
  const variance = total(row.length, (i) => (row[i]! - mean) ** 2) / row.length;
  return row.map((v) => (v - mean) / Math.sqrt(variance + eps));
};
const exponentials = (row: readonly number[]) => {
  const all = total(row.length, (i) => Math.exp(row[i]!));
  return row.map((v) => Math.exp(v) / all);
};

export const normCases: readonly OpCase[] = [
  {
    name: "normalise",
    inputs: [spread([2, 6])],
    op: (x) => normalise(x!),
    reference: (x) => rows(x!, normalised(1e-5)),
  },
  {
    name: "normalise with a large eps",
    inputs: [spread([2, 1, 5])],
    op: (x) => normalise(x!, { eps: 0.5 }),
    reference: (x) => rows(x!, normalised(0.5)),
  },
  { name: "softmax", inputs: [spread([2, 2, 4])], op: softmax, reference: (x) => rows(x!, exponentials) },
  {
    name: "logSoftmax",
    inputs: [spread([2, 2, 4])],
    op: logSoftmax,
    reference: (x) => rows(x!, (row) => exponentials(row).map(Math.log)),
  },
  { name: "softmax of one", inputs: [spread([3, 1])], op: softmax, reference: (x) => rows(x!, exponentials) },
];
