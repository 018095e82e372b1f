import { chunk, concat, expand, pad, reshape, slice, split, stack, transpose } from "../shape.ts";
import { float, int, type OpCase, type OpRow, type OpRows, sampleOf, spread } from "./conformance.cases.ts";
import { array, broadcastAt, type Float64, over } from "./float64.cases.ts";

const integers = (shape: readonly number[]) =>
  sampleOf(
    "int32",
    shape,
    Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) => i),
  );

const reshapeCase = (from: readonly number[], shape: readonly number[], expected = shape): OpCase => ({
  about: `[${from}] to [${shape}]`,
  inputs: [spread(from)],
  op: (x) => reshape(x, { shape }),
  reference: (x) => over(expected, x.data),
});

const permuted = (sample: OpCase["inputs"][number], perm: readonly number[]): OpCase => ({
  about: `${sample.dtype} [${sample.shape}] by [${perm}]`,
  inputs: [sample],
  op: (x) => transpose(x, { perm }),
  reference: (x) =>
    array(
      perm.map((p) => x.shape[p]!),
      (index) => x.at(...perm.map((_, axis) => index[perm.indexOf(axis)]!)),
    ),
});

const expanded = (sample: OpCase["inputs"][number], shape: readonly number[]): OpCase => ({
  about: `${sample.dtype} [${sample.shape}] to [${shape}]`,
  inputs: [sample],
  op: (x) => expand(x, { shape }),
  reference: (x) => array(shape, (index) => broadcastAt(x, index)),
});

const concatCase = (about: string, shapes: readonly (readonly number[])[], axis: number): OpCase => ({
  about,
  inputs: shapes.map((shape, i) => spread(shape, { seed: i })),
  op: (...xs) => concat(xs.slice(0, shapes.length), { axis }),
  reference: (...xs) => shapes.slice(1).reduce((y, _, i) => join(y, xs[i + 1]!, axis), xs[0]),
});
function join(a: Float64, b: Float64, axis: number): Float64 {
  const at = axis < 0 ? axis + a.shape.length : axis;
  const n = a.shape[at]!;
  return array(a.shape.with(at, n + b.shape[at]!), (i) => (i[at]! < n ? a.at(...i) : b.at(...i.with(at, i[at]! - n))));
}

const sliceCase = (
  sample: OpCase["inputs"][number],
  axis: number,
  [start, end]: readonly [number, number],
): OpCase => ({
  about: `${sample.dtype} [${sample.shape}], ${start} to ${end} along ${axis}`,
  inputs: [sample],
  op: (x) => slice(x, { axis, start, end }),
  reference: (x) => window(x, axis, [start, end]),
});
function window(x: Float64, axis: number, [start, end]: readonly [number, number]): Float64 {
  const at = axis < 0 ? axis + x.shape.length : axis;
  return array(x.shape.with(at, end - start), (i) => x.at(...i.with(at, i[at]! + start)));
}

const padded = (sample: OpCase["inputs"][number], before: readonly number[], after: readonly number[]): OpCase => ({
  about: `${sample.dtype} [${sample.shape}] by ${JSON.stringify({ before, after })}`,
  inputs: [sample],
  op: (x) => pad(x, { before, after }),
  reference: (x) =>
    array(
      x.shape.map((d, i) => before[i]! + d + after[i]!),
      (index) => {
        const inside = index.map((k, axis) => k - before[axis]!);
        return inside.every((k, axis) => k >= 0 && k < x.shape[axis]!) ? x.at(...inside) : 0;
      },
    ),
});

const splits: OpRow = {
  cases: [
    { sizes: [1, 3, 1], part: 1, shape: [2, 5] },
    { sizes: [0, 2], part: 0, shape: [1, 2] },
    { sizes: [4], part: 0, shape: [2, 4] },
    { sizes: [1, 1], part: 1, shape: [0, 2] },
  ].map(({ sizes, part, shape }): OpCase => {
    const start = sizes.slice(0, part).reduce((a, b) => a + b, 0);
    return {
      about: `into ${sizes}, of which part ${part} is used`,
      inputs: [spread(shape)],
      op: (x) => split(x, { axis: -1, sizes })[part]!,
      reference: (x) => window(x, -1, [start, start + sizes[part]!]),
    };
  }),
  refuses: [
    {
      about: "too little",
      inputs: [float(2, 3)],
      op: (x) => split(x, { axis: 1, sizes: [1, 1] }),
      message: "parts of 1 + 1 do not make 3",
    },
  ],
};

export const shapeRows = {
  reshape: {
    cases: [
      reshapeCase([2, 6], [3, -1], [3, 4]),
      reshapeCase([1, 1], []),
      reshapeCase([], [1]),
      reshapeCase([2, 0], [0, 5]),
      reshapeCase([0, 3], [-1, 3], [0, 3]),
      reshapeCase([2, 3], [2, 3]),
    ],
    refuses: [
      {
        about: "too few elements",
        inputs: [float(2, 3)],
        op: (x) => reshape(x, { shape: [4] }),
        message: "6 elements do not fill [4]",
      },
      {
        about: "no divisor",
        inputs: [float(2, 3)],
        op: (x) => reshape(x, { shape: [4, -1] }),
        message: "6 elements do not fill [4,-1]",
      },
      {
        about: "two left out",
        inputs: [float(2, 3)],
        op: (x) => reshape(x, { shape: [-1, -1] }),
        message: "6 elements do not fill [-1,-1]",
      },
      {
        about: "any rest of nothing",
        inputs: [float(0)],
        op: (x) => reshape(x, { shape: [0, -1] }),
        message: "0 elements do not fill [0,-1]",
      },
    ],
  },
  transpose: {
    cases: [
      permuted(spread([2, 3, 4]), [2, 0, 1]),
      permuted(spread([2, 0, 1]), [1, 2, 0]),
      permuted(spread([]), []),
      permuted(integers([2, 3]), [1, 0]),
    ],
    refuses: [
      {
        about: "an axis twice",
        inputs: [float(2, 3)],
        op: (x) => transpose(x, { perm: [0, 0] }),
        message: "[0,0] is not an order of 2 axes",
      },
    ],
  },
  expand: {
    cases: [
      expanded(spread([3, 1]), [2, 3, 4]),
      expanded(spread([]), [2]),
      expanded(spread([1]), [0]),
      expanded(spread([0, 1]), [0, 2]),
      expanded(sampleOf("int32", [1, 2], [70_000, -3]), [2, 2]),
      expanded(sampleOf("bool", [1], [1]), [3]),
    ],
    refuses: [
      {
        about: "another size",
        inputs: [float(2)],
        op: (x) => expand(x, { shape: [3] }),
        message: "cannot broadcast [2] with [3]",
      },
      {
        about: "a smaller one",
        inputs: [float(2)],
        op: (x) => expand(x, { shape: [1] }),
        message: "does not expand to [1]",
      },
    ],
  },
  concat: {
    cases: [
      concatCase(
        "along the last axis but one",
        [
          [2, 1, 3],
          [2, 2, 3],
        ],
        -2,
      ),
      concatCase("of three", [[1], [2], [3]], 0),
      concatCase("of one", [[2]], 0),
      concatCase(
        "with nothing",
        [
          [2, 0],
          [2, 3],
        ],
        1,
      ),
      {
        about: "of a tensor with itself",
        inputs: [spread([2, 2])],
        op: (a) => concat([a, a], { axis: 0 }),
        reference: (a) => array([4, 2], ([i, j]) => a.at(i % 2, j)),
      },
    ],
    refuses: [
      {
        about: "other shapes",
        inputs: [float(2, 3), float(3, 3)],
        op: (a, b) => concat([a, b], { axis: 1 }),
        message: "shapes may differ along axis 1 only",
      },
      { about: "nothing", inputs: [], op: () => concat([], { axis: 0 }), message: "there is nothing to join" },
      {
        about: "a missing axis",
        inputs: [float(2), float(2)],
        op: (a, b) => concat([a, b], { axis: 1 }),
        message: "axis 1 is not one of the 1 axes",
      },
    ],
  },
  stack: {
    cases: [
      {
        about: "along a new last axis",
        inputs: [spread([2, 1], { seed: 1 }), spread([2, 1], { seed: 2 })],
        op: (a, b) => stack([a, b], { axis: -1 }),
        reference: (a, b) => array([2, 1, 2], ([i, j, k]) => (k ? b : a).at(i, j)),
      },
      {
        about: "of none",
        inputs: [spread([0]), spread([0])],
        op: (a, b) => stack([a, b], { axis: 0 }),
        reference: () => array([2, 0], () => 0),
      },
    ],
    refuses: [
      {
        about: "other shapes",
        inputs: [float(2), float(3)],
        op: (a, b) => stack([a, b], { axis: 0 }),
        message: "all must have one shape",
      },
    ],
  },
  split: splits,
  chunk: {
    cases: [
      {
        about: "of which the second is used",
        inputs: [spread([1, 6])],
        op: (x) => chunk(x, { axis: 1, parts: 3 })[1]!,
        reference: (x) => window(x, 1, [2, 4]),
      },
      {
        about: "of none",
        inputs: [spread([0, 4])],
        op: (x) => chunk(x, { axis: 1, parts: 2 })[0]!,
        reference: (x) => window(x, 1, [0, 2]),
      },
    ],
    refuses: [
      {
        about: "unequal parts",
        inputs: [float(5)],
        op: (x) => chunk(x, { axis: 0, parts: 2 }),
        message: "5 elements do not make 2 equal parts",
      },
    ],
  },
  slice: {
    cases: [
      sliceCase(spread([4, 3]), 0, [1, 3]),
      sliceCase(spread([2, 2, 4]), -1, [2, 4]),
      sliceCase(spread([1, 3]), 1, [0, 3]),
      sliceCase(spread([3]), 0, [2, 2]),
      sliceCase(spread([0, 2]), 1, [0, 1]),
      sliceCase(integers([4]), 0, [1, 3]),
    ],
    refuses: [
      {
        about: "what is outside",
        inputs: [float(2, 3)],
        op: (x) => slice(x, { axis: 1, start: 1, end: 4 }),
        message: "1 to 4 is outside of 0 to 3",
      },
    ],
  },
  pad: {
    cases: [
      padded(spread([2, 3]), [1, 0], [0, 2]),
      padded(spread([1]), [0], [0]),
      padded(spread([0, 2]), [1, 0], [0, 0]),
      padded(integers([2]), [1], [1]),
    ],
    refuses: [
      {
        about: "too few margins",
        inputs: [float(2, 3)],
        op: (x) => pad(x, { before: [1], after: [1] }),
        message: "one margin an axis is wanted",
      },
      {
        about: "a margin below 0",
        inputs: [int(2)],
        op: (x) => pad(x, { before: [-1], after: [0] }),
        message: "margins -1 and 0 are not both whole numbers from 0 on",
      },
    ],
  },
} satisfies OpRows;
