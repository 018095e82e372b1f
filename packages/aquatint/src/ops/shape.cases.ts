import { type OpCase, spread } from "./conformance.cases.ts";
import { array, broadcastAt, over } from "./float64.cases.ts";
import { upsampleNearest } from "./resize.ts";
import { concat, expand, pad, reshape, slice, split, transpose } from "./shape.ts";

export const shapeCases: readonly OpCase[] = [
  {
    name: "reshape",
    inputs: [spread([2, 6])],
    op: (x) => reshape(x!, { shape: [3, -1] }),
    reference: (x) => over([3, 4], x!.data),
  },
  {
    name: "reshape to a scalar",
    inputs: [spread([1, 1])],
    op: (x) => reshape(x!, { shape: [] }),
    reference: (x) => over([], x!.data),
  },
  {
    name: "transpose",
    inputs: [spread([2, 3, 4])],
    op: (x) => transpose(x!, { perm: [2, 0, 1] }),
    reference: (x) => array([4, 2, 3], ([k, i, j]) => x!.at(i!, j!, k!)),
  },
  {
    name: "expand",
    inputs: [spread([3, 1])],
    op: (x) => expand(x!, { shape: [2, 3, 4] }),
    reference: (x) => array([2, 3, 4], (index) => broadcastAt(x!, index)),
  },
  {
    name: "concat",
    inputs: [spread([2, 1, 3], { seed: 1 }), spread([2, 2, 3], { seed: 2 })],
    op: (a, b) => concat([a!, b!], { axis: -2 }),
    reference: (a, b) => array([2, 3, 3], ([i, j, k]) => (j! < 1 ? a!.at(i!, j!, k!) : b!.at(i!, j! - 1, k!))),
  },
  {
    name: "concat of a tensor with itself",
    inputs: [spread([2, 2])],
    op: (a) => concat([a!, a!], { axis: 0 }),
    reference: (a) => array([4, 2], ([i, j]) => a!.at(i! % 2, j!)),
  },
  {
    name: "split, of which one part is used",
    inputs: [spread([2, 5])],
    op: (x) => split(x!, { axis: -1, sizes: [1, 3, 1] })[1]!,
    reference: (x) => array([2, 3], ([i, j]) => x!.at(i!, j! + 1)),
  },
  {
    name: "slice",
    inputs: [spread([4, 3])],
    op: (x) => slice(x!, { axis: 0, start: 1, end: 3 }),
    reference: (x) => array([2, 3], ([i, j]) => x!.at(i! + 1, j!)),
  },
  {
    name: "slice from the last axis",
    inputs: [spread([2, 2, 4])],
    op: (x) => slice(x!, { axis: -1, start: 2, end: 4 }),
    reference: (x) => array([2, 2, 2], ([i, j, k]) => x!.at(i!, j!, k! + 2)),
  },
  {
    name: "pad",
    inputs: [spread([2, 3])],
    op: (x) => pad(x!, { before: [1, 0], after: [0, 2] }),
    reference: (x) => array([3, 5], ([i, j]) => (i! < 1 || j! > 2 ? 0 : x!.at(i! - 1, j!))),
  },
  {
    name: "upsampleNearest",
    inputs: [spread([1, 2, 2, 3])],
    op: (x) => upsampleNearest(x!, { factor: 2 }),
    reference: (x) => array([1, 2, 4, 6], ([n, c, i, j]) => x!.at(n!, c!, i! >> 1, j! >> 1)),
  },
];
