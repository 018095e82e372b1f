import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { evaluate, float32 } from "../../test/evaluate.ts";
import { printGraph } from "../graph/print.ts";
import type { Tensor } from "../graph/tensor.ts";
import { topological } from "../graph/walk.ts";
import { module } from "../nn/module.ts";
import { nodeRuntime } from "../runtime/node.ts";
import type { Runtime } from "../runtime/types.ts";
import { silu } from "./activation.ts";
import { cast } from "./comparison.ts";
import { add, div, exp, maximum, mul, neg, sqrt, sub } from "./elementwise.ts";
import { constant, fill, input, param, scalar } from "./leaves.ts";
import { mean, sum } from "./reduce.ts";
import { upsampleNearest } from "./resize.ts";
import { concat, expand, pad, reshape, slice, split, transpose } from "./shape.ts";
import { simplify } from "./simplify.ts";

const x = input({ name: "x", dtype: "float32", shape: [2, 3] });
const full = (value: number, ...shape: number[]) => fill({ value, shape });
const row = constant({ value: float32([3], [1, 2, 3]) });
const opsOf = (y: Tensor) => topological([simplify({ y })["y"]!]).map(({ op }) => op.name);

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

/** What each graph becomes, as the names of its nodes. */
const rules: Readonly<Record<string, readonly (readonly [string, Tensor, readonly string[]])[]>> = {
  "neutral operands": [
    ["x + 0", add(x, scalar(0)), ["input"]],
    ["0 + x", add(full(0, 3), x), ["input"]],
    ["x - 0", sub(x, scalar(0)), ["input"]],
    ["0 - x stays", sub(scalar(0), x), ["fill", "input", "sub"]],
    ["x * 1", mul(x, full(1, 2, 3)), ["input"]],
    ["x / 1", div(x, scalar(1)), ["input"]],
    ["1 / x stays", div(scalar(1), x), ["fill", "input", "div"]],
    ["x * 0 stays: x may be NaN", mul(x, scalar(0)), ["input", "fill", "mul"]],
    ["a 0 that widens x stays", add(x, full(0, 4, 2, 3)), ["input", "fill", "add"]],
    ["the smallest number is not 0", add(x, scalar(1.5e-45)), ["input", "fill", "add"]],
  ],
  "what does nothing": [
    ["a slice of everything", slice(x, { axis: -1, start: 0, end: 3 }), ["input"]],
    ["a cast to the same type", cast(x, { to: "float32" }), ["input"]],
    ["an expansion to the same shape", expand(x, { shape: [2, 3] }), ["input"]],
    ["no margin", pad(x, { before: [0, 0], after: [0, 0] }), ["input"]],
    ["the order of axes as it was", transpose(x, { perm: [0, 1] }), ["input"]],
    ["a factor of 1", upsampleNearest(reshape(x, { shape: [1, 1, 2, 3] }), { factor: 1 }), ["input", "reshape"]],
  ],
  "two of a kind": [
    ["-(-x)", neg(neg(x)), ["input"]],
    ["a transpose and back", transpose(transpose(x, { perm: [1, 0] }), { perm: [1, 0] }), ["input"]],
    ["a reshape and back", reshape(reshape(x, { shape: [6] }), { shape: [2, 3] }), ["input"]],
    ["two reshapes", reshape(reshape(x, { shape: [6] }), { shape: [3, 2] }), ["input", "reshape"]],
    ["two expansions", expand(expand(x, { shape: [4, 2, 3] }), { shape: [5, 4, 2, 3] }), ["input", "expand"]],
  ],
  constants: [
    ["numbers", mul(sqrt(scalar(16)), add(scalar(1), scalar(2))), ["fill"]],
    [
      "moved and repeated",
      transpose(expand(reshape(scalar(2), { shape: [1, 1] }), { shape: [2, 3] }), { perm: [1, 0] }),
      ["fill"],
    ],
    ["joined, when they are the same", concat([full(1, 2), full(1, 3)], { axis: 0 }), ["fill"]],
    ["joined, when they are not", concat([full(1, 2), full(2, 3)], { axis: 0 }), ["fill", "fill", "concat"]],
    ["summed", mean(full(7, 2, 3)), ["fill"]],
    ["small tensors", add(mul(row, scalar(2)), exp(full(0, 2, 1))), ["constant"]],
    ["a big tensor stays", add(row, full(1, 30, 3)), ["constant", "fill", "add"]],
    ["a number in every place of an operand is a scalar", maximum(x, full(0, 2, 3)), ["input", "fill", "maximum"]],
  ],
  "common subexpressions": [
    ["the same op of the same inputs", mul(silu(x), silu(x)), ["input", "sigmoid", "gate", "mul"]],
    ["operands in another order", sub(add(x, row), add(row, x)), ["input", "constant", "add", "sub"]],
    ["not where the order counts", add(sub(x, row), sub(row, x)), ["input", "constant", "sub", "sub", "add"]],
    ["all outputs of a node", add(halves(x)[0], halves(x)[1]), ["input", "reshape", "split", "add"]],
    [
      "not two parameters",
      add(param({ shape: [3], init: "ones" }), param({ shape: [3], init: "ones" })),
      ["param", "param", "add"],
    ],
    ["not -0 and 0", concat([full(0, 1), full(-0, 1)], { axis: 0 }), ["fill", "fill", "concat"]],
  ],
};
function halves(of: Tensor) {
  return split(reshape(of, { shape: [6] }), { axis: 0, sizes: [3, 3] }) as [Tensor, Tensor];
}

for (const [name, cases] of Object.entries(rules)) {
  describe(name, () => {
    test.each(cases)("%s", (_, y, expected) => expect(opsOf(y)).toEqual(expected));
  });
}

test("what is folded has the values that ONNX Runtime gives", async () => {
  const y = div(add(mul(row, scalar(0.1)), full(2, 2, 1)), sqrt(scalar(3)));
  const known = add(x, y);
  const asked = add(x, div(add(mul(unknown("row", 3), scalar(0.1)), full(2, 2, 1)), sqrt(scalar(3))));
  const feeds = { x: float32([2, 3], [0, 0, 0, 0, 0, 0]), row: float32([3], [1, 2, 3]) };
  const { known: found } = await evaluate(runtime, { known }, { feeds: { x: feeds.x } });
  const { asked: wanted } = await evaluate(runtime, { asked }, { feeds });
  expect(opsOf(y)).toEqual(["constant"]);
  for (const [i, value] of found!.data.entries()) expect(value).toBeCloseTo(wanted!.data[i]!, 6);
});
function unknown(name: string, ...shape: number[]) {
  return input({ name, dtype: "float32", shape });
}

test("a graph before and after, with the modules that its nodes belong to", () => {
  const layer = module({}, (a: Tensor) => silu(add(a, scalar(0))));
  const whole = module(
    { first: layer, second: module({}, () => layer(transpose(transpose(x, { perm: [1, 0] }), { perm: [1, 0] }))) },
    () => sum(mul(whole.children.first(x), whole.children.second())),
  );
  const y = whole();
  expect(printGraph({ y })).toMatchInlineSnapshot(`
    "%0: float32[2,3] = input() {name: x, dtype: float32, shape: [2,3]}
    %1: float32[] = fill() {value: 0, shape: []}  # first
    %2: float32[2,3] = add(%0, %1)  # first
    %3: float32[2,3] = sigmoid(%2)  # first
    %4: float32[2,3] = gate(%2, %3)  # first
    %5: float32[3,2] = transpose(%0) {perm: [1,0]}  # second
    %6: float32[2,3] = transpose(%5) {perm: [1,0]}  # second
    %7: float32[] = fill() {value: 0, shape: []}  # first
    %8: float32[2,3] = add(%6, %7)  # first
    %9: float32[2,3] = sigmoid(%8)  # first
    %10: float32[2,3] = gate(%8, %9)  # first
    %11: float32[2,3] = mul(%4, %10)
    %12: float32[] = sum(%11) {axes: [0,1], keepDims: false}
    return y = %12"
  `);
  expect(printGraph(simplify({ y }))).toMatchInlineSnapshot(`
    "%0: float32[2,3] = input() {name: x, dtype: float32, shape: [2,3]}
    %1: float32[2,3] = sigmoid(%0)  # first
    %2: float32[2,3] = gate(%0, %1)  # first
    %3: float32[2,3] = mul(%2, %2)
    %4: float32[] = sum(%3) {axes: [0,1], keepDims: false}
    return y = %4"
  `);
});

test("results that were two names of one value stay two names", () => {
  const { a, b } = simplify({ a: exp(x), b: exp(x) });
  expect(a).toBe(b);
});
