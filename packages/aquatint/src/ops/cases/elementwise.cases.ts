import { cast } from "../comparison.ts";
import {
  abs,
  add,
  ceil,
  clamp,
  cos,
  div,
  erf,
  exp,
  floor,
  log,
  maximum,
  minimum,
  mul,
  neg,
  pow,
  round,
  scale,
  sigmoid,
  sign,
  sin,
  sqrt,
  square,
  sub,
  tanh,
} from "../elementwise.ts";
import { constant } from "../leaves.ts";
import {
  bool,
  float,
  int,
  type OpCase,
  type OpRow,
  type OpRows,
  type Refusal,
  sampleOf,
  spread,
} from "./conformance.cases.ts";
import { array, map, total, zip } from "./float64.cases.ts";

interface Range {
  readonly from?: number;
  readonly to?: number;
}
const positive: Range = { from: 0.3, to: 3 };

/** The error function by its Taylor series, exact to float64 for |x| < 4. */
export const erf64 = (x: number): number => {
  let term = x;
  return (
    (2 / Math.sqrt(Math.PI)) *
    total(120, (n) => {
      if (n) term *= (-x * x) / n;
      return term / (2 * n + 1);
    })
  );
};
export const sigmoid64 = (v: number): number => 1 / (1 + Math.exp(-v));

const noTruth = (op: OpCase["op"], message: string): Refusal => ({
  about: "truth values",
  inputs: [bool(2)],
  op,
  message,
});

/** A row for a function of one number: several elements, one, none and a scalar. */
export function unaryRow(
  op: OpCase["op"],
  f: (v: number) => number,
  { from = -2, to = 2, integers = false, composed = false }: Range & { integers?: boolean; composed?: boolean } = {},
): OpRow {
  const shapes = [[2, 5], [1], [0, 3], []];
  const cases = shapes.map((shape) => ({ about: `[${shape}]`, inputs: [spread(shape, { from, to })] }));
  const integerCase = { about: "of integers", inputs: [sampleOf("int32", [4], [-30_000, 0, 1, 3])] };
  const all = integers ? [...cases, integerCase] : cases;
  return {
    cases: all.map((opCase): OpCase => ({ ...opCase, op, reference: (x) => map(x, f) })),
    refuses: [noTruth(op, `expected float32${integers || composed ? " or int32" : ""}, got bool`)],
  };
}

const pairs = [
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
  [
    [0, 3],
    [1, 3],
  ],
] as const;

/** A row for a function of two numbers, with the ways in which shapes broadcast. */
export function binaryRow(
  op: OpCase["op"],
  f: (p: number, q: number) => number,
  { integers = false, ...range }: Range & { integers?: boolean } = {},
): OpRow {
  const reference: OpCase["reference"] = (a, b) => zip(a, b, f);
  const cases = pairs.map(([a, b]) => ({
    about: `[${a}] with [${b}]`,
    inputs: [spread(a, { ...range, seed: 1 }), spread(b, { ...range, seed: 2 })],
  }));
  const integerCase = {
    about: "of integers",
    inputs: [sampleOf("int32", [2, 2], [70_000, -3, 0, 2]), sampleOf("int32", [1], [2])],
  };
  return {
    cases: [...cases, ...(integers ? [integerCase] : [])].map((opCase): OpCase => ({ ...opCase, op, reference })),
    refuses: [
      { about: "other shapes", inputs: [float(2, 3), float(2)], op, message: "cannot broadcast [2,3] with [2]" },
      {
        about: "two element types",
        inputs: [float(2), int(2)],
        op,
        message: "both operands must have one element type",
      },
    ],
  };
}

const fixed = (...values: number[]) =>
  constant({ value: { dtype: "float32", shape: [values.length], data: Float32Array.from(values) } });

const powers: OpRow = {
  cases: [
    ...[0, 1, 2, 3, -1, -2].map(
      (p): OpCase => ({
        about: `${p}`,
        inputs: [sampleOf("float32", [4], [-1.5, -0.7, 0.4, 2])],
        op: (x) => pow(x, p),
        reference: (x) => map(x, (v) => v ** p),
      }),
    ),
    ...[0.5, 2.5, -0.5].map(
      (p): OpCase => ({
        about: `${p}`,
        inputs: [spread([5], positive)],
        op: (x) => pow(x, p),
        reference: (x) => map(x, (v) => v ** p),
      }),
    ),
    {
      about: "3 at 0",
      inputs: [sampleOf("float32", [1], [0])],
      op: (x) => pow(x, 3),
      reference: (x) => map(x, (v) => v ** 3),
    },
    ...binaryRow(pow, (p, q) => p ** q, positive).cases,
    {
      about: "to fixed exponents, of 0 and to the 0",
      inputs: [sampleOf("float32", [4], [0, 0, 2, -1.5])],
      op: (x) => pow(x, fixed(2, 3, 0, 2)),
      reference: (x) => array([4], ([i]) => x.at(i) ** [2, 3, 0, 2][i]!),
    },
    {
      about: "of fixed bases, one of them 0",
      inputs: [sampleOf("float32", [3], [2, 0.5, -1])],
      op: (p) => pow(fixed(0, 2, 3), p),
      reference: (p) => array([3], ([i]) => [0, 2, 3][i]! ** p.at(i)),
    },
  ],
  refuses: binaryRow(pow, Math.pow).refuses,
};

const limits: OpRow = {
  cases: [{ min: -1, max: 0.5 }, { min: 0.1 }, { max: 0 }, {}].flatMap((limit): OpCase[] =>
    [[2, 5], [1], [0]].map((shape) => ({
      about: `${JSON.stringify(limit)} [${shape}]`,
      inputs: [spread(shape)],
      op: (x) => clamp(x, limit),
      reference: (x) => map(x, (v) => Math.min(Math.max(v, limit.min ?? v), limit.max ?? Number.POSITIVE_INFINITY)),
    })),
  ),
  refuses: [
    { about: "crossed limits", inputs: [float(2)], op: (x) => clamp(x, { min: 1, max: 0 }), message: "1 is above 0" },
    noTruth((x) => clamp(x, {}), "expected float32, got bool"),
  ],
};

const half = (v: number) => (Math.abs(v % 1) === 0.5 ? 2 * Math.round(v / 2) : Math.round(v));

export const elementwiseRows = {
  add: binaryRow(add, (p, q) => p + q, { integers: true }),
  sub: binaryRow(sub, (p, q) => p - q, { integers: true }),
  mul: binaryRow(mul, (p, q) => p * q, { integers: true }),
  div: binaryRow(div, (p, q) => p / q, positive),
  maximum: binaryRow(maximum, Math.max, { integers: true }),
  minimum: binaryRow(minimum, Math.min, { integers: true }),
  scale: {
    ...unaryRow(
      (x) => scale(x, 3),
      (v) => 3 * v,
    ),
    refuses: [
      {
        about: "integers",
        inputs: [int(2)],
        op: (x) => scale(x, 2),
        message: "both operands must have one element type",
      },
    ],
  },
  neg: unaryRow(neg, (v) => -v || 0, { integers: true }),
  abs: unaryRow(abs, Math.abs, { integers: true }),
  sign: unaryRow(sign, Math.sign, { integers: true }),
  floor: unaryRow(floor, Math.floor),
  ceil: unaryRow(ceil, Math.ceil),
  round: {
    ...unaryRow(round, half),
    cases: [
      ...unaryRow(round, half).cases,
      {
        about: "of halves",
        inputs: [sampleOf("float32", [5], [-1.5, -0.5, 0.5, 1.5, 2.5])],
        op: (x) => cast(round(x), { to: "int32" }), // integers have no derivative, which is none at the halves
        reference: (x) => map(x, half),
      },
    ],
  },
  exp: unaryRow(exp, Math.exp),
  log: unaryRow(log, Math.log, positive),
  sqrt: unaryRow(sqrt, Math.sqrt, positive),
  sin: unaryRow(sin, Math.sin),
  cos: unaryRow(cos, Math.cos),
  tanh: unaryRow(tanh, Math.tanh),
  sigmoid: unaryRow(sigmoid, sigmoid64),
  erf: unaryRow(erf, erf64),
  square: { ...unaryRow(square, (v) => v * v, { integers: true }) },
  clamp: limits,
  pow: powers,
} satisfies OpRows;
