import {
  elu,
  gelu,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  logSigmoid,
  mish,
  quickGelu,
  relu,
  selu,
  silu,
  softplus,
} from "../activation.ts";
import { type OpRow, type OpRows, sampleOf } from "./conformance.cases.ts";
import { erf64, sigmoid64, unaryRow } from "./elementwise.cases.ts";
import { map } from "./float64.cases.ts";

const wide = { from: -6, to: 6 };
const elu64 = (alpha: number) => (v: number) => (v > 0 ? v : alpha * Math.expm1(v));
const softplus64 = (v: number) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)));
const hardSigmoid64 = (v: number) => Math.min(Math.max(v / 6 + 0.5, 0), 1);
const tanhGelu64 = (v: number) => (v / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3)));

const both = (a: OpRow, b: OpRow): OpRow => ({ cases: [...a.cases, ...b.cases], refuses: a.refuses });

/** The same row with numbers whose exponentials overflow float32. */
const large = (row: OpRow, f: (v: number) => number): OpRow => ({
  ...row,
  cases: [
    ...row.cases,
    {
      ...row.cases[0]!,
      about: "of large numbers",
      inputs: [sampleOf("float32", [4], [-200, -95, 95, 200])],
      reference: (x) => map(x, f),
    },
  ],
});

export const activationRows = {
  silu: unaryRow(silu, (v) => v * sigmoid64(v), wide),
  quickGelu: unaryRow(quickGelu, (v) => v * sigmoid64(1.702 * v), { composed: true }),
  gelu: both(
    unaryRow(
      (x) => gelu(x),
      (v) => (v / 2) * (1 + erf64(v * Math.SQRT1_2)),
      { composed: true },
    ),
    unaryRow((x) => gelu(x, { approximate: "tanh" }), tanhGelu64),
  ),
  relu: unaryRow(relu, (v) => Math.max(v, 0)),
  leakyRelu: both(
    unaryRow(
      (x) => leakyRelu(x),
      (v) => (v > 0 ? v : 0.01 * v),
    ),
    unaryRow(
      (x) => leakyRelu(x, { slope: 0.2 }),
      (v) => (v > 0 ? v : 0.2 * v),
    ),
  ),
  elu: both(
    unaryRow((x) => elu(x), elu64(1)),
    unaryRow((x) => elu(x, { alpha: 0.5 }), elu64(0.5)),
  ),
  selu: unaryRow(selu, (v) => 1.0507009873554805 * elu64(1.6732632423543772)(v)),
  softplus: large(unaryRow(softplus, softplus64, wide), softplus64),
  logSigmoid: large(
    unaryRow(logSigmoid, (v) => -softplus64(-v), { ...wide, composed: true }),
    (v) => -softplus64(-v),
  ),
  mish: unaryRow(mish, (v) => v * Math.tanh(softplus64(v)), wide),
  hardSigmoid: unaryRow(hardSigmoid, hardSigmoid64, { ...wide, composed: true }),
  hardSwish: unaryRow(hardSwish, (v) => v * hardSigmoid64(v), { ...wide, composed: true }),
} satisfies OpRows;
