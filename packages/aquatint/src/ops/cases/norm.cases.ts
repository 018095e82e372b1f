import type { Tensor } from "../../graph/tensor.ts";
import { type AxisOptions, groupNorm, instanceNorm, layerNorm, logSoftmax, normalize, softmax } from "../norm.ts";
import { float, int, type OpCase, type OpRow, type OpRows, sampleOf, spread } from "./conformance.cases.ts";
import { along, array, type Float64, over, total } from "./float64.cases.ts";

export const normalized = (eps: number) => (row: readonly number[]) => {
  const mean = total(row.length, (i) => row[i]!) / row.length;
  const variance = total(row.length, (i) => (row[i]! - mean) ** 2) / row.length;
  return row.map((v) => (v - mean) / Math.sqrt(variance + eps));
};
export const softmax64 = (row: readonly number[]): readonly number[] => {
  const top = Math.max(...row);
  const all = total(row.length, (i) => Math.exp(row[i]! - top));
  return row.map((v) => Math.exp(v - top) / all);
};
const logSoftmax64 = (row: readonly number[]) => {
  const top = Math.max(...row);
  const all = total(row.length, (i) => Math.exp(row[i]! - top));
  return row.map((v) => v - top - Math.log(all));
};

function softmaxRow(
  op: (x: Tensor, options?: AxisOptions) => Tensor,
  f: (row: readonly number[]) => readonly number[],
): OpRow {
  const called = (about: string, sample: OpCase["inputs"][number], axis?: number): OpCase => ({
    about,
    inputs: [sample],
    op: (x) => (axis === undefined ? op(x) : op(x, { axis })),
    reference: (x) => along(x, axis ?? -1, f),
  });
  return {
    cases: [
      called("[2,2,4]", spread([2, 2, 4])),
      called("of one", spread([3, 1])),
      called("along the first axis", spread([3, 2]), 0),
      called("along the middle axis", spread([2, 3, 2]), -2),
      called("of large numbers", sampleOf("float32", [1, 3], [1000, 990, -1000])),
      called("of no rows", spread([0, 3])),
    ],
    refuses: [
      {
        about: "a missing axis",
        inputs: [float(2)],
        op: (x) => op(x, { axis: 1 }),
        message: "axis 1 is not one of the 1 axes",
      },
      { about: "integers", inputs: [int(2)], op: (x) => op(x), message: "expected float32, got int32" },
      { about: "a scalar", inputs: [float()], op: (x) => op(x), message: "axis -1 is not one of the 0 axes" },
    ],
  };
}

/** Normalizes groups of channels of [n, c, ...]; weight and bias go with `axis`. */
function grouped(x: Float64, weight: Float64 | undefined, bias: Float64 | undefined, groups: number): Float64 {
  const n = x.shape[0]!;
  const size = x.data.length / n / groups;
  const flat = along(over([n, groups, size], x.data), -1, normalized(1e-5));
  return affine(over(x.shape, flat.data), weight, bias, 1);
}
function affine(x: Float64, weight: Float64 | undefined, bias: Float64 | undefined, axis: number): Float64 {
  return array(x.shape, (i) => {
    const channel = i.at(axis)!;
    return x.at(...i) * (weight?.at(channel) ?? 1) + (bias?.at(channel) ?? 0);
  });
}

const weights = (n: number) => [spread([n], { seed: 2, from: 0.5 }), spread([n], { seed: 3 })];
const groupCase = (shape: readonly number[], groups: number): OpCase => ({
  about: `[${shape}] in ${groups} groups`,
  inputs: [spread(shape), ...weights(shape[1]!)],
  op: (x, weight, bias) => groupNorm(x, { groups, weight, bias }),
  reference: (x, weight, bias) => grouped(x, weight, bias, groups),
});

const rowCase = (about: string, shape: readonly number[], eps?: number): OpCase => ({
  about,
  inputs: [spread(shape)],
  op: (x) => normalize(x, { eps }),
  reference: (x) => along(x, -1, normalized(eps ?? 1e-5)),
});

const otherWeight = {
  about: "another weight",
  inputs: [float(2, 4), float(2)],
  message: "the weight must be [4], got [2]",
};

export const normRows = {
  normalize: {
    cases: [
      rowCase("[2,6]", [2, 6]),
      rowCase("with a large eps", [2, 1, 5], 0.5),
      rowCase("of one", [2, 1], 0.5),
      rowCase("of no rows", [0, 3]),
    ],
    refuses: [
      { about: "a scalar", inputs: [float()], op: (x) => normalize(x), message: "a scalar has no axis to normalize" },
      { about: "integers", inputs: [int(2)], op: (x) => normalize(x), message: "expected float32, got int32" },
    ],
  },
  layerNorm: {
    cases: [
      {
        about: "with weight and bias",
        inputs: [spread([2, 1, 4]), ...weights(4)],
        op: (x, weight, bias) => layerNorm(x, { weight, bias }),
        reference: (x, weight, bias) => affine(along(x, -1, normalized(1e-5)), weight, bias, -1),
      },
      {
        about: "with a large eps alone",
        inputs: [spread([2, 3])],
        op: (x) => layerNorm(x, { eps: 0.1 }),
        reference: (x) => along(x, -1, normalized(0.1)),
      },
      {
        about: "of none",
        inputs: [spread([0, 3]), spread([3])],
        op: (x, weight) => layerNorm(x, { weight }),
        reference: (x) => x,
      },
    ],
    refuses: [{ ...otherWeight, op: (x, weight) => layerNorm(x, { weight }) }],
  },
  groupNorm: {
    cases: [groupCase([2, 4, 3], 2), groupCase([1, 2, 2, 2], 1), groupCase([0, 2, 2], 2), groupCase([2, 4], 2)],
    refuses: [
      {
        about: "groups that do not fit",
        inputs: [float(1, 4, 2)],
        op: (x) => groupNorm(x, { groups: 3 }),
        message: "4 channels do not fall into 3 groups",
      },
      {
        about: "one axis",
        inputs: [float(4)],
        op: (x) => groupNorm(x, { groups: 2 }),
        message: "expected [n, c, ...], got [4]",
      },
      { ...otherWeight, op: (x, weight) => groupNorm(x, { groups: 2, weight }) },
    ],
  },
  instanceNorm: {
    cases: [
      [2, 3, 4],
      [1, 2, 2, 2],
      [0, 1, 2],
    ].map(
      (shape): OpCase => ({
        about: `[${shape}]`,
        inputs: [spread(shape), ...weights(shape[1]!)],
        op: (x, weight, bias) => instanceNorm(x, { weight, bias }),
        reference: (x, weight, bias) => grouped(x, weight, bias, shape[1]!),
      }),
    ),
    refuses: [{ ...otherWeight, op: (x, weight) => instanceNorm(x, { weight }) }],
  },
  softmax: softmaxRow(softmax, softmax64),
  logSoftmax: softmaxRow(logSoftmax, logSoftmax64),
} satisfies OpRows;
