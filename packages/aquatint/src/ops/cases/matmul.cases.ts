import { type MatmulOptions, matmul } from "../matmul.ts";
import { float, int, type OpCase, type OpRows, spread } from "./conformance.cases.ts";
import { array, broadcastAt, type Float64, total, zip } from "./float64.cases.ts";

const swap = ({ shape, at }: Float64): Float64 => {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return array([...shape.slice(0, -2), columns, rows], (i) => at(...i.slice(0, -2), i.at(-1)!, i.at(-2)!));
};

export function product(a: Float64, b: Float64, { transA = false, transB = false, alpha = 1 }: MatmulOptions): Float64 {
  const [p, q] = [transA ? swap(a) : a, transB ? swap(b) : b];
  const ones = ({ shape }: Float64) => array(shape.slice(0, -2), () => 0);
  const batch = zip(ones(p), ones(q), () => 0).shape;
  const n = p.shape.at(-1)!;
  return array([...batch, p.shape.at(-2)!, q.shape.at(-1)!], (i) => {
    const [row, column] = [i.at(-2)!, i.at(-1)!];
    const outer = i.slice(0, -2);
    return alpha * total(n, (k) => broadcastAt(p, [...outer, row, k]) * broadcastAt(q, [...outer, k, column]));
  });
}

type Shapes = readonly (readonly [a: readonly number[], b: readonly number[], options?: MatmulOptions])[];
// biome-ignore format: a table
const cases: Shapes = [
  [[2, 3], [3, 4]],
  [[2, 3], [4, 3], { transB: true }],
  [[3, 2], [3, 4], { transA: true }],
  [[3, 2], [4, 3], { transA: true, transB: true, alpha: 0.5 }],
  [[2, 2, 3], [2, 3, 2]],
  [[2, 2, 3], [2, 4, 3], { transB: true, alpha: -2 }],
  [[2, 3, 2], [2, 3, 2], { transA: true }],
  [[2, 2, 3], [3, 4]],
  [[2, 2, 3], [4, 3], { transB: true }],
  [[2, 3, 2], [3, 4], { transA: true }],
  [[3, 4], [2, 4, 2]],
  [[1, 2, 2, 3], [2, 1, 3, 2]],
  [[1, 1], [1, 1]],
  [[0, 2], [2, 3]],
  [[2, 0], [0, 3]],
  [[0, 2, 3], [3, 2], { transB: false }],
];

export const matmulRows = {
  matmul: {
    cases: cases.map(
      ([a, b, options = {}]): OpCase => ({
        about: `[${a}] with [${b}] ${JSON.stringify(options)}`,
        inputs: [spread(a, { seed: 1 }), spread(b, { seed: 2 })],
        op: (x, y) => matmul(x, y, options),
        reference: (x, y) => product(x, y, options),
      }),
    ),
    refuses: [
      {
        about: "other inner sizes",
        inputs: [float(2, 3), float(4, 3)],
        op: (a, b) => matmul(a, b),
        message: "inner sizes 3 and 4 differ",
      },
      {
        about: "integers",
        inputs: [float(2, 3), int(3, 2)],
        op: (a, b) => matmul(a, b),
        message: "expected float32, got int32",
      },
      {
        about: "a vector",
        inputs: [float(2, 3), float(3)],
        op: (a, b) => matmul(a, b),
        message: "both need two axes at least",
      },
      {
        about: "other batches",
        inputs: [float(2, 1, 3), float(3, 3, 1)],
        op: (a, b) => matmul(a, b),
        message: "cannot broadcast [2] with [3]",
      },
    ],
  },
} satisfies OpRows;
