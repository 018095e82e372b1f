import { embedding, gather, indexAdd, indexSelect, scatterAdd } from "../gather.ts";
import { float, int, type OpCase, type OpRows, sampleOf, spread } from "./conformance.cases.ts";
import { array, total } from "./float64.cases.ts";

const ids = sampleOf("int32", [2, 3], [4, 0, 4, 1, 1, 4]);
const missingAxis = "axis 2 is not one of the 2 axes";

const positions = sampleOf("int32", [2, 2], [2, 0, 2, 2]);
const gathered = (axis: 0 | 1): OpCase => ({
  about: `along ${axis}, some twice and some never`,
  inputs: [spread(axis ? [2, 3] : [3, 2]), positions],
  op: (x, indices) => gather(x, indices, { axis }),
  reference: (x, indices) => array([2, 2], ([i, j]) => (axis ? x.at(i, indices.at(i, j)) : x.at(indices.at(i, j), j))),
});
const scattered = (axis: 0 | 1): OpCase => ({
  about: `along ${axis}`,
  inputs: [spread([2, 2]), positions],
  op: (x, indices) => scatterAdd(x, indices, { axis, size: 3 }),
  reference: (x, indices) =>
    array(axis ? [2, 3] : [3, 2], ([r, k]) => {
      const at = (i: number) => (axis ? ([r, i] as const) : ([i, k] as const));
      return total(2, (i) => (indices.at(...at(i)) === (axis ? k : r) ? x.at(...at(i)) : 0));
    }),
});

export const gatherRows = {
  indexSelect: {
    cases: [
      {
        about: "along the middle axis",
        inputs: [spread([2, 3, 2]), sampleOf("int32", [4], [2, 0, 2, 2])],
        op: (x, indices) => indexSelect(x, indices, { axis: 1 }),
        reference: (x, indices) => array([2, 4, 2], ([i, j, k]) => x.at(i, indices.at(j), k)),
      },
      {
        about: "along the last axis, by a matrix",
        inputs: [spread([2, 5]), ids],
        op: (x, indices) => indexSelect(x, indices, { axis: -1 }),
        reference: (x, indices) => array([2, 2, 3], ([i, j, k]) => x.at(i, indices.at(j, k))),
      },
      {
        about: "by one index",
        inputs: [spread([1, 2]), sampleOf("int32", [], [0])],
        op: (x, indices) => indexSelect(x, indices, { axis: 0 }),
        reference: (x) => array([2], ([j]) => x.at(0, j)),
      },
      {
        about: "by none",
        inputs: [spread([2, 2]), sampleOf("int32", [0], [])],
        op: (x, indices) => indexSelect(x, indices, { axis: 0 }),
        reference: () => array([0, 2], () => 0),
      },
    ],
    refuses: [
      {
        about: "a missing axis",
        inputs: [float(2, 3), int(2)],
        op: (x, i) => indexSelect(x, i, { axis: 2 }),
        message: missingAxis,
      },
      {
        about: "no integers",
        inputs: [float(2, 3), float(2)],
        op: (x, i) => indexSelect(x, i, { axis: 0 }),
        message: "expected int32, got float32",
      },
    ],
  },
  embedding: {
    cases: [
      {
        about: "of some rows twice and some never",
        inputs: [spread([5, 3]), ids],
        op: embedding,
        reference: (table, indices) => array([2, 3, 3], ([i, j, k]) => table.at(indices.at(i, j), k)),
      },
      {
        about: "of none",
        inputs: [spread([1, 3]), sampleOf("int32", [0], [])],
        op: embedding,
        reference: () => array([0, 3], () => 0),
      },
    ],
    refuses: [
      { about: "no integers", inputs: [float(4, 2), float(3)], op: embedding, message: "expected int32, got float32" },
      {
        about: "a vector",
        inputs: [float(4), int(3)],
        op: embedding,
        message: "expected 2 axes (rows, width), got [4]",
      },
    ],
  },
  indexAdd: {
    cases: [
      {
        about: "of rows",
        inputs: [spread([4, 2]), sampleOf("int32", [4], [2, 0, 2, 2])],
        op: (rows, indices) => indexAdd(rows, indices, { axis: 0, size: 3 }),
        reference: (rows, indices) =>
          array([3, 2], ([r, k]) => total(4, (i) => (indices.at(i) === r ? rows.at(i, k) : 0))),
      },
      {
        about: "along the last axis of three",
        inputs: [spread([2, 1, 3]), sampleOf("int32", [3], [1, 0, 1])],
        op: (x, indices) => indexAdd(x, indices, { axis: -1, size: 4 }),
        reference: (x, indices) =>
          array([2, 1, 4], ([i, j, k]) => total(3, (m) => (indices.at(m) === k ? x.at(i, j, m) : 0))),
      },
      {
        about: "of none",
        inputs: [spread([0, 2]), sampleOf("int32", [0], [])],
        op: (x, indices) => indexAdd(x, indices, { axis: 0, size: 2 }),
        reference: () => array([2, 2], () => 0),
      },
    ],
    refuses: [
      {
        about: "too few indices",
        inputs: [float(3, 2), int(2)],
        op: (x, i) => indexAdd(x, i, { axis: 0, size: 4 }),
        message: "the indices must be [3], got [2]",
      },
    ],
  },
  gather: {
    cases: [
      gathered(0),
      gathered(1),
      {
        about: "of one by none",
        inputs: [spread([1, 2]), sampleOf("int32", [0, 2], [])],
        op: (x, indices) => gather(x, indices, { axis: 0 }),
        reference: () => array([0, 2], () => 0),
      },
    ],
    refuses: [
      {
        about: "other axes",
        inputs: [float(2, 3), int(3, 1)],
        op: (x, i) => gather(x, i, { axis: 1 }),
        message: "axis 0 has 2 elements, the indices 3",
      },
      {
        about: "a missing axis",
        inputs: [float(2, 3), int(2, 3)],
        op: (x, i) => gather(x, i, { axis: 2 }),
        message: missingAxis,
      },
    ],
  },
  scatterAdd: {
    cases: [
      scattered(0),
      scattered(1),
      {
        about: "of none",
        inputs: [spread([0, 1]), sampleOf("int32", [0, 1], [])],
        op: (x, indices) => scatterAdd(x, indices, { axis: 0, size: 2 }),
        reference: () => array([2, 1], () => 0),
      },
    ],
    refuses: [
      {
        about: "other shapes",
        inputs: [float(2, 3), int(2, 2)],
        op: (x, i) => scatterAdd(x, i, { axis: 1, size: 3 }),
        message: "updates and indices must have one shape",
      },
    ],
  },
} satisfies OpRows;
