import { given, type OpCase, spread } from "./conformance.cases.ts";
import {
  add,
  cast,
  cos,
  div,
  equal,
  erf,
  exp,
  gelu,
  greater,
  log,
  maximum,
  minimum,
  mul,
  neg,
  quickGelu,
  scale,
  sigmoid,
  silu,
  sin,
  sqrt,
  square,
  sub,
  tanh,
  where,
} from "./elementwise.ts";
import { array, broadcastAt, map, total, zip } from "./float64.cases.ts";
import { constant, fill } from "./leaves.ts";

const positive = { from: 0.3, to: 3 };
/** The error function by its Taylor series, exact to float64 for |x| < 4. */
const erf64 = (x: number): number => {
  let term = x;
  return (
    (2 / Math.sqrt(Math.PI)) *
    total(120, (n) => {
      if (n) term *= (-x * x) / n;
      return term / (2 * n + 1);
    })
  );
};
const sigmoid64 = (v: number) => 1 / (1 + Math.exp(-v));

const unary = (
  name: string,
  op: OpCase["op"],
  f: (v: number) => number,
  range: { from?: number; to?: number } = {},
): OpCase => ({ name, inputs: [spread([2, 5], range)], op, reference: (x) => map(x, f) });

const binary = (name: string, op: OpCase["op"], f: (p: number, q: number) => number, range = {}): OpCase[] =>
  (
    [
      [
        [3, 4],
        [3, 4],
      ],
      [
        [2, 3, 4],
        [3, 1],
      ],
      [[4], [2, 1]],
      [[2, 3], []],
    ] as const
  ).map(([a, b]) => ({
    name: `${name} [${a}] with [${b}]`,
    inputs: [spread(a, { ...range, seed: 1 }), spread(b, { ...range, seed: 2 })],
    op,
    reference: (p, q) => zip(p, q, f),
  }));

export const elementwiseCases: readonly OpCase[] = [
  ...binary("add", add, (p, q) => p + q),
  ...binary("sub", sub, (p, q) => p - q),
  ...binary("mul", mul, (p, q) => p * q),
  ...binary("div", div, (p, q) => p / q, positive),
  ...binary("maximum", maximum, Math.max),
  ...binary("minimum", minimum, Math.min),
  unary(
    "scale",
    (x) => scale(x!, 3),
    (v) => 3 * v,
  ),
  unary("neg", neg, (v) => -v),
  unary("exp", exp, Math.exp),
  unary("log", log, Math.log, positive),
  unary("sqrt", sqrt, Math.sqrt, positive),
  unary("sin", sin, Math.sin),
  unary("cos", cos, Math.cos),
  unary("tanh", tanh, Math.tanh),
  unary("sigmoid", sigmoid, sigmoid64),
  unary("erf", erf, erf64),
  unary("square", square, (v) => v * v),
  unary("silu", silu, (v) => v * sigmoid64(v), { from: -6, to: 6 }),
  unary("quickGelu", quickGelu, (v) => v * sigmoid64(1.702 * v)),
  unary("gelu", gelu, (v) => (v / 2) * (1 + erf64(v * Math.SQRT1_2))),
  unary(
    "greater",
    (x) => greater(x!, fill({ value: 0, shape: [1] })),
    (v) => (v > 0 ? 1 : 0),
  ),
  {
    name: "equal, of integers",
    inputs: [given("int32", [2, 3], [1, 2, 3, 3, 2, 1]), given("int32", [3], [1, 2, 1])],
    op: equal,
    reference: (a, b) => zip(a, b, (p, q) => (p === q ? 1 : 0)),
  },
  {
    name: "add, of integers",
    inputs: [given("int32", [2], [70000, -3]), given("int32", [1], [7])],
    op: add,
    reference: (a, b) => zip(a, b, (p, q) => p + q),
  },
  unary("cast to int32", (x) => cast(x!, { to: "int32" }), Math.trunc),
  unary(
    "cast to float32",
    (x) => cast(x!, { to: "float32" }),
    (v) => v,
  ),
  {
    name: "cast of truth values",
    inputs: [given("bool", [3], [1, 0, 1])],
    op: (x) => cast(x!, { to: "float32" }),
    reference: (x) => x,
  },
  {
    name: "where",
    inputs: [given("bool", [2, 1], [1, 0]), spread([2, 3], { seed: 1 }), spread([3], { seed: 2 })],
    op: where,
    reference: (on, a, b) => array([2, 3], (i) => (broadcastAt(on!, i) ? broadcastAt(a!, i) : broadcastAt(b!, i))),
  },
  {
    name: "constant and fill",
    inputs: [spread([2, 2])],
    op: (x) => {
      const table = constant({ value: { dtype: "float32", shape: [2], data: Float32Array.of(3, -1) } });
      return add(mul(x!, table), fill({ value: 0.5, shape: [2, 1] }));
    },
    reference: (x) => array([2, 2], ([i, j]) => x!.at(i!, j!) * [3, -1][j!]! + 0.5),
  },
];
