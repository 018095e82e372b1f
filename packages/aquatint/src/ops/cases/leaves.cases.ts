import { logicalAnd } from "../comparison.ts";
import { add, mul } from "../elementwise.ts";
import { constant, fill, scalar } from "../leaves.ts";
import { int, type OpCase, type OpRows, sampleOf, spread } from "./conformance.cases.ts";
import { map, over, zip } from "./float64.cases.ts";

const values = (shape: readonly number[], data: readonly number[]): OpCase => ({
  about: `[${shape}]`,
  inputs: [spread(shape)],
  op: (x) => mul(x, constant({ value: { dtype: "float32", shape, data: Float32Array.from(data) } })),
  reference: (x) => zip(x, over(shape, Float64Array.from(data)), (p, q) => p * q),
});
const filled = (shape: readonly number[]): OpCase => ({
  about: `[${shape}]`,
  inputs: [spread(shape)],
  op: (x) => add(x, fill({ value: 0.5, shape })),
  reference: (x) => map(x, (v) => v + 0.5),
});
const wrong = (value: Parameters<typeof constant>[0]["value"], about: string, message: string) => ({
  about,
  inputs: [],
  op: () => constant({ value }),
  message,
});

export const leafRows = {
  constant: {
    cases: [
      values([2], [3, -1]),
      values([1, 1], [2]),
      values([0], []),
      {
        about: "of truth values",
        inputs: [sampleOf("bool", [2], [1, 1])],
        op: (x) => logicalAnd(x, constant({ value: { dtype: "bool", shape: [2], data: Uint8Array.of(1, 0) } })),
        reference: (x) => zip(x, over([2], Float64Array.of(1, 0)), (p, q) => p * q),
      },
      {
        about: "of integers",
        inputs: [sampleOf("int32", [2], [1, 2])],
        op: (x) => add(x, constant({ value: { dtype: "int32", shape: [1], data: Int32Array.of(70_000) } })),
        reference: (x) => map(x, (v) => v + 70_000),
      },
    ],
    refuses: [
      wrong(
        { dtype: "float32", shape: [2], data: new Float32Array(3) },
        "too many values",
        "3 values for the shape [2]",
      ),
    ],
  },
  fill: { cases: [filled([2, 1]), filled([]), filled([0, 3])], refuses: [] },
  scalar: {
    cases: [
      { about: "", inputs: [spread([1])], op: (x) => mul(x, scalar(3)), reference: (x) => map(x, (v) => 3 * v) },
      { about: "with none", inputs: [spread([0])], op: (x) => mul(x, scalar(3)), reference: (x) => x },
    ],
    refuses: [
      {
        about: "integers",
        inputs: [int(2)],
        op: (x) => mul(x, scalar(3)),
        message: "both operands must have one element type",
      },
    ],
  },
} satisfies OpRows;
