import { afterAll, beforeAll, expect, test } from "vitest";
import { evaluate, noise } from "../../../test/evaluate.ts";
import { grad } from "../../autodiff/grad.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { topological } from "../../graph/topological.ts";
import { scaledDotProductAttention } from "../../ops/attention.ts";
import { mul } from "../../ops/elementwise.ts";
import { input } from "../../ops/leaves.ts";
import { matmul } from "../../ops/matmul.ts";
import { sum } from "../../ops/reduce.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import { simplify } from "./simplify.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

const shapes: Readonly<Record<string, readonly number[]>> = { a: [2, 3, 4], b: [2, 7, 4], p: [2, 3, 7], row: [7] };
const leaf = (name: string) => input({ name, shape: shapes[name]! });
const [a, b, p, row] = ["a", "b", "p", "row"].map(leaf) as [Tensor, Tensor, Tensor, Tensor];
const product = matmul(a, b, { transB: true });
const last = { axes: [-1], keepDims: true };
/** The shapes that are summed. */
const summed = (y: Tensor) =>
  topological([simplify({ y }).y]).flatMap(({ op, inputs }) => (op === sum.op ? [inputs[0]!.shape] : []));

test("rows of a product are added up where there are fewer columns", async () => {
  const y = sum(mul(product, p), last);
  expect(summed(y)).toEqual([[2, 3, 4]]);
  expect(summed(sum(mul(p, product), last))).toEqual([[2, 3, 4]]);
  const feeds = Object.fromEntries(["a", "b", "p"].map((name, seed) => [name, noise(shapes[name]!, { seed })]));
  const { y: actual } = await evaluate(runtime, { y }, { feeds });
  const at = (name: string, ...index: number[]) =>
    feeds[name]!.data[index.reduce((offset, i, axis) => offset * shapes[name]![axis]! + i, 0)]!;
  for (const [position, value] of actual.data.entries()) {
    const [n, i] = [Math.floor(position / 3), position % 3];
    let expected = 0;
    for (let j = 0; j < 7; j++)
      for (let d = 0; d < 4; d++) expected += at("a", n, i, d) * at("b", n, j, d) * at("p", n, i, j);
    expect(value).toBeCloseTo(expected, 5);
  }
});

test.each([
  ["other axes", sum(mul(product, p), { axes: [-2], keepDims: true })],
  ["all axes", sum(mul(product, p))],
  ["a factor that broadcasts", sum(mul(product, row), last)],
  ["a scaled product", sum(mul(matmul(a, b, { transB: true, alpha: 2 }), p), last)],
  [
    "more columns than the product has",
    sum(mul(matmul(p, p, { transB: true }), input({ name: "q", shape: [2, 3, 3] })), last),
  ],
])("%s are left alone", (_, y) => {
  expect(summed(y)).toEqual([y.node.inputs[0]!.shape]);
});

test("the gradient of attention adds up rows of its result, not of its scores", () => {
  const [q, k, v] = ["q", "k", "v"].map((name) => input({ name, shape: [1, 2, 16, 4] })) as [Tensor, Tensor, Tensor];
  const [dq] = grad(sum(mul(scaledDotProductAttention(q, k, v), q)), [q]);
  expect(summed(dq!)).toEqual([[1, 2, 16, 4]]);
});
