import { given, type OpCase, spread } from "./conformance.cases.ts";
import { array, type Float64, over } from "./float64.cases.ts";
import { argmax, mean, type ReduceOptions, sum } from "./reduce.ts";

/** The sum along `axes` of an array of three axes. */
function summed(x: Float64, axes: readonly number[], keepDims: boolean): Float64 {
  const kept = x.shape.map((n, i) => (axes.includes(i) ? 1 : n));
  const data = new Float64Array(kept.reduce((n, d) => n * d, 1));
  const place = over(
    kept,
    Float64Array.from(data, (_, i) => i),
  );
  array(x.shape, (index) => {
    const at = place.at(...index.map((i, axis) => (axes.includes(axis) ? 0 : i)));
    data[at] = data[at]! + x.at(...index);
    return 0;
  });
  return over(keepDims ? kept : x.shape.filter((_, i) => !axes.includes(i)), data);
}

const shape = [2, 3, 4];
const options: readonly (ReduceOptions & { readonly whole: readonly number[] })[] = [
  { whole: [0, 1, 2] },
  { axes: [1], whole: [1] },
  { axes: [0, -1], keepDims: true, whole: [0, 2] },
  { axes: [], whole: [] },
];

const reductions = options.flatMap(({ whole, ...given }): OpCase[] => {
  const count = whole.reduce((n, axis) => n * shape[axis]!, 1);
  const reference = (x: Float64) => summed(x, whole, given.keepDims ?? false);
  return [
    { name: `sum ${JSON.stringify(given)}`, inputs: [spread(shape)], op: (x) => sum(x!, given), reference },
    {
      name: `mean ${JSON.stringify(given)}`,
      inputs: [spread(shape)],
      op: (x) => mean(x!, given),
      reference: (x) =>
        over(
          reference(x).shape,
          reference(x).data.map((v) => v / count),
        ),
    },
  ];
});

const largest = (x: Float64): Float64 => {
  const [rows, n] = x.shape as [number, number];
  return array([rows], ([i]) => {
    const row = Array.from({ length: n }, (_, k) => x.at(i!, k));
    return row.indexOf(Math.max(...row));
  });
};

export const reduceCases: readonly OpCase[] = [
  ...reductions,
  { name: "argmax", inputs: [spread([3, 5])], op: (x) => argmax(x!, { axis: -1 }), reference: largest },
  {
    name: "argmax of integers, the first of equals",
    inputs: [given("int32", [2, 4], [1, 9, 9, 2, 7, 0, 7, 1])],
    op: (x) => argmax(x!, { axis: 1 }),
    reference: largest,
  },
];
