import {
  cast,
  causalMask,
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  notEqual,
  where,
} from "../comparison.ts";
import { bool, float, int, type OpCase, type OpRow, type OpRows, sampleOf, spread } from "./conformance.cases.ts";
import { array, broadcastAt, map, zip } from "./float64.cases.ts";

const truth = (holds: boolean): number => (holds ? 1 : 0);
const integers = [sampleOf("int32", [2, 3], [1, 2, 3, 3, 2, 1]), sampleOf("int32", [3], [1, 2, 1])];
const otherShapes = {
  about: "other shapes",
  inputs: [float(2, 3), float(2)],
  message: "cannot broadcast [2,3] with [2]",
};

function comparisonRow(op: OpCase["op"], holds: (p: number, q: number) => boolean): OpRow {
  const samples = [
    [sampleOf("float32", [2, 2], [1, 2, 3, -1]), sampleOf("float32", [2, 1], [2, 3])],
    integers,
    [spread([1]), spread([0])],
  ];
  return {
    cases: samples.map(
      (inputs): OpCase => ({
        about: inputs.map(({ dtype, shape }) => `${dtype} [${shape}]`).join(" with "),
        inputs,
        op,
        reference: (a, b) => zip(a, b, (p, q) => truth(holds(p, q))),
      }),
    ),
    refuses: [
      { ...otherShapes, op },
      {
        about: "two element types",
        inputs: [float(2), int(2)],
        op,
        message: "both operands must have one element type",
      },
    ],
  };
}

function logicalRow(op: OpCase["op"], holds: (p: number, q: number) => number): OpRow {
  const inputs = [sampleOf("bool", [2, 2], [0, 0, 1, 1]), sampleOf("bool", [2], [0, 1])];
  const none = [sampleOf("bool", [0, 1], []), sampleOf("bool", [1, 2], [1, 0])];
  return {
    cases: [
      { about: "", inputs, op, reference: (a, b) => zip(a, b, holds) },
      { about: "of none", inputs: none, op, reference: (a, b) => zip(a, b, holds) },
    ],
    refuses: [{ about: "numbers", inputs: [float(2), float(2)], op, message: "expected bool, got float32" }],
  };
}

const casts: OpRow = {
  cases: [
    {
      about: "to int32",
      inputs: [spread([2, 5])],
      op: (x) => cast(x, { to: "int32" }),
      reference: (x) => map(x, Math.trunc),
    },
    { about: "to float32", inputs: [spread([1])], op: (x) => cast(x, { to: "float32" }), reference: (x) => x },
    {
      about: "to bool",
      inputs: [sampleOf("float32", [3], [0, 0.5, -1])],
      op: (x) => cast(x, { to: "bool" }),
      reference: (x) => map(x, (v) => truth(v !== 0)),
    },
    {
      about: "of truth values",
      inputs: [sampleOf("bool", [3], [1, 0, 1])],
      op: (x) => cast(x, { to: "float32" }),
      reference: (x) => x,
    },
    {
      about: "of none",
      inputs: [sampleOf("int32", [0], [])],
      op: (x) => cast(x, { to: "float32" }),
      reference: (x) => x,
    },
  ],
  refuses: [],
};

const choice: OpRow = {
  cases: [
    [sampleOf("bool", [2, 1], [1, 0]), spread([2, 3], { seed: 1 }), spread([3], { seed: 2 })],
    [sampleOf("bool", [2], [1, 0]), sampleOf("int32", [2], [70_000, 3]), sampleOf("int32", [1], [-5])],
    [sampleOf("bool", [1], [1]), spread([0, 1]), spread([1])],
  ].map(
    (inputs): OpCase => ({
      about: inputs.map(({ dtype, shape }) => `${dtype} [${shape}]`).join(", "),
      inputs,
      op: where,
      reference: (on, a, b) => {
        const { shape } = zip(zip(on, a, Math.max), b, Math.max);
        return array(shape, (i) => (broadcastAt(on, i) ? broadcastAt(a, i) : broadcastAt(b, i)));
      },
    }),
  ),
  refuses: [
    { about: "no condition", inputs: [float(2), float(2), float(2)], op: where, message: "the condition must be bool" },
    {
      about: "truth values",
      inputs: [bool(2), bool(2), bool(2)],
      op: where,
      message: "expected float32 or int32, got bool",
    },
    {
      about: "other shapes",
      inputs: [bool(3), float(2), float(2)],
      op: where,
      message: "cannot broadcast [3] with [2]",
    },
  ],
};

const causal = (queries: number, keys: number): OpCase => ({
  about: `of ${queries} queries and ${keys} keys`,
  inputs: [spread([queries, keys])],
  op: (x) => where(causalMask({ queries, keys }), x, cast(logicalNot(equal(x, x)), { to: "float32" })),
  reference: (x) => array([queries, keys], ([i, j]) => (j <= i + keys - queries ? x.at(i, j) : 0)),
});

export const comparisonRows = {
  greater: comparisonRow(greater, (p, q) => p > q),
  greaterEqual: comparisonRow(greaterEqual, (p, q) => p >= q),
  less: comparisonRow(less, (p, q) => p < q),
  lessEqual: comparisonRow(lessEqual, (p, q) => p <= q),
  equal: comparisonRow(equal, (p, q) => p === q),
  notEqual: comparisonRow(notEqual, (p, q) => p !== q),
  logicalAnd: logicalRow(logicalAnd, (p, q) => p & q),
  logicalOr: logicalRow(logicalOr, (p, q) => p | q),
  logicalNot: {
    cases: [
      [2, [0, 1]],
      [0, []],
      [1, [1]],
    ].map(
      ([n, values]): OpCase => ({
        about: `[${n}]`,
        inputs: [sampleOf("bool", [n as number], values as number[])],
        op: logicalNot,
        reference: (x) => map(x, (v) => 1 - v),
      }),
    ),
    refuses: [{ about: "numbers", inputs: [float(2)], op: logicalNot, message: "expected bool, got float32" }],
  },
  cast: casts,
  where: choice,
  causalMask: { cases: [causal(3, 3), causal(2, 4), causal(1, 1), causal(0, 2)], refuses: [] },
} satisfies OpRows;
