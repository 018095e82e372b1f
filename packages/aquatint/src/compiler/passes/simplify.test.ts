import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { evaluate } from "../../../test/evaluate.ts";
import { float32 } from "../../graph/host-tensor.ts";
import { printGraph } from "../../graph/print.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { topological } from "../../graph/topological.ts";
import type { HostTensor } from "../../graph/types.ts";
import { module } from "../../nn/module.ts";
import { elu, leakyRelu, relu, silu, softplus } from "../../ops/activation.ts";
import { cast, equal, greater, logicalAnd, logicalNot } from "../../ops/comparison.ts";
import {
  abs,
  add,
  ceil,
  clamp,
  cos,
  div,
  exp,
  floor,
  maximum,
  mul,
  neg,
  pow,
  round,
  sin,
  sqrt,
  sub,
  tanh,
} from "../../ops/elementwise.ts";
import { constant, fill, input, param, scalar } from "../../ops/leaves.ts";
import { avgPool2d, maxPool2d } from "../../ops/pool.ts";
import { amax, cumsum, mean, sum } from "../../ops/reduce.ts";
import { upsampleNearest } from "../../ops/resize.ts";
import { concat, expand, pad, reshape, slice, split, transpose } from "../../ops/shape.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import { simplify } from "./simplify.ts";

const x = input({ name: "x", shape: [2, 3] });
const image = input({ name: "image", shape: [1, 1, 2, 3] });
const int = input({ name: "whole", dtype: "int32", shape: [3] });
const [above, below] = [greater(x, row3(0)), greater(row3(1), x)];
function row3(value: number): Tensor {
  return constant({ value: float32([3], [value, 2, 3]) });
}
const full = (value: number, ...shape: number[]) => fill({ value, shape });
const row = constant({ value: float32([3], [1, 2, 3]) });
const opsOf = (y: Tensor) => topological([simplify({ y })["y"]]).map(({ op }) => op.name);

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

/** The result for each graph, as the names of its nodes. */
const rules: Readonly<Record<string, readonly (readonly [string, Tensor, readonly string[]])[]>> = {
  "neutral operands": [
    ["x + 0", add(x, scalar(0)), ["input"]],
    ["0 + x", add(full(0, 3), x), ["input"]],
    ["x - 0", sub(x, scalar(0)), ["input"]],
    ["0 - x stays", sub(scalar(0), x), ["fill", "input", "sub"]],
    ["x * 1", mul(x, full(1, 2, 3)), ["input"]],
    ["x / 1", div(x, scalar(1)), ["input"]],
    ["the larger of x and nothing", maximum(scalar(Number.NEGATIVE_INFINITY), x), ["input"]],
    ["x to the tensor 1", pow(x, full(1, 2, 3)), ["input"]],
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
    ["a factor of 1", upsampleNearest(image, { factor: 1 }), ["input"]],
    ["a clamp without limits", clamp(x, {}), ["input"]],
    ["x to the power 1", pow(x, 1), ["input"]],
    ["one part of one", split(x, { axis: 1, sizes: [3] })[0], ["input"]],
    ["a sum of one element that keeps the axis", sum(image, { axes: [0, 1], keepDims: true }), ["input"]],
    ["a sum of one element that does not stays", sum(image, { axes: [0] }), ["input", "sum"]],
    ["the largest of two stays", amax(x, { axes: [0], keepDims: true }), ["input", "amax"]],
    ["one element summed so far", cumsum(image, { axis: 1 }), ["input"]],
    ["the mean of one pixel", avgPool2d(image, { kernel: 1 }), ["input"]],
    ["every second pixel stays", avgPool2d(image, { kernel: 1, stride: 2 }), ["input", "avgPool2d"]],
    ["the largest of one pixel", maxPool2d(image, { kernel: 1 }), ["input"]],
    ["the larger of x and x", maximum(x, x), ["input"]],
    ["c and c", logicalAnd(above, above), opsOf(above)],
  ],
  "two of a kind": [
    ["-(-x)", neg(neg(x)), ["input"]],
    ["a transpose and back", transpose(transpose(x, { perm: [1, 0] }), { perm: [1, 0] }), ["input"]],
    ["a reshape and back", reshape(reshape(x, { shape: [6] }), { shape: [2, 3] }), ["input"]],
    ["two reshapes", reshape(reshape(x, { shape: [6] }), { shape: [3, 2] }), ["input", "reshape"]],
    ["not not c", logicalNot(logicalNot(above)), opsOf(above)],
    ...Object.entries({ relu, abs, floor, ceil, round }).map(
      ([name, op]) => [`${name} of ${name}`, op(op(x)), ["input", name]] as const,
    ),
    ["floor of round stays", floor(round(x)), ["input", "round", "floor"]],
    ["two clamps", clamp(clamp(x, { min: 0, max: 2 }), { max: 1 }), ["input", "clamp"]],
    ["two slices of an axis", slice(sliced(1, 1, 3), { axis: -1, start: 1, end: 2 }), ["input", "slice"]],
    ["slices of two axes stay", slice(sliced(1, 1, 3), { axis: 0, start: 0, end: 1 }), ["input", "slice", "slice"]],
    ["two margins", pad(pad(x, margin(1, 0)), margin(0, 2)), ["input", "pad"]],
    [
      "an image magnified twice",
      upsampleNearest(upsampleNearest(image, { factor: 2 }), { factor: 3 }),
      ["input", "upsampleNearest"],
    ],
    ["truth by way of numbers", cast(cast(above, { to: "int32" }), { to: "float32" }), [...opsOf(above), "cast"]],
    ["truth and back", cast(cast(above, { to: "float32" }), { to: "bool" }), opsOf(above)],
    ["whether an integer is 0", cast(cast(int, { to: "float32" }), { to: "bool" }), ["input", "cast"]],
    ["an integer rounded stays", cast(cast(int, { to: "float32" }), { to: "int32" }), ["input", "cast", "cast"]],
    ["a number cut off stays", cast(cast(x, { to: "int32" }), { to: "float32" }), ["input", "cast", "cast"]],
    ["whether a number cut off is 0 stays", cast(cast(x, { to: "int32" }), { to: "bool" }), ["input", "cast", "cast"]],
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
    [
      "b and a",
      equal(logicalAnd(above, below), logicalAnd(below, above)),
      [...opsOf(logicalAnd(above, below)), "equal"],
    ],
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
function sliced(axis: number, start: number, end: number): Tensor {
  return slice(x, { axis, start, end });
}
function margin(before: number, after: number) {
  return { before: [before, 0], after: [0, after] };
}
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
  const simple = add(x, y);
  const complicated = add(x, div(add(mul(unknown("row", 3), scalar(0.1)), full(2, 2, 1)), sqrt(scalar(3))));
  const feeds = { x: float32([2, 3], [0, 0, 0, 0, 0, 0]), row: float32([3], [1, 2, 3]) };
  const { y: actual } = await evaluate(runtime, { y: simple }, { feeds: { x: feeds.x } });
  const { y: expected } = await evaluate(runtime, { y: complicated }, { feeds });
  expect(opsOf(y)).toEqual(["constant"]);
  for (const [i, value] of actual.data.entries()) expect(value).toBeCloseTo(expected.data[i]!, 6);
});
function unknown(name: string, ...shape: number[]) {
  return input({ name, shape });
}

test("what two of a kind become has the values that each gives in turn", async () => {
  const margins = pad(pad(x, margin(1, 0)), margin(2, 3));
  const clamps = [
    clamp(clamp(x, { min: -1, max: 1 }), { min: 0 }),
    clamp(clamp(x, { max: -1 }), { min: 0.5, max: 2 }),
    clamp(clamp(x, { min: 1 }), { max: 0 }),
  ];
  const nestedSlice = slice(sliced(1, 1, 3), { axis: -1, start: 1, end: 2 });
  const outputs = { margins, nestedSlice, ...Object.fromEntries(clamps.map((y, i) => [`clamp${i}`, y])) };
  const results = await evaluate(runtime, outputs, { feeds: { x: float32([2, 3], [-2, -0.5, 0, 0.3, 1.5, 4]) } });
  const values = Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, Array.from(data)]));
  expect(values).toEqual({
    margins: [...new Array(18).fill(0), -2, -0.5, 0, 0, 0, 0, Math.fround(0.3), 1.5, 4, 0, 0, 0],
    nestedSlice: [0, 4],
    clamp0: [0, 0, 0, Math.fround(0.3), 1, 1],
    clamp1: new Array(6).fill(0.5),
    clamp2: new Array(6).fill(0),
  });
});

test("the numbers that elementwise ops are folded to are those of ONNX Runtime", async () => {
  const values = [-2.5, -0.5, 0, 0.5, 1.5, 3];
  const leaf = constant({ value: float32([6], values) });
  const operand = unknown("operand", 6);
  const ops = {
    relu,
    softplus,
    elu: (v: Tensor) => elu(v, { alpha: 0.7 }),
    leakyRelu: (v: Tensor) => leakyRelu(v, { slope: 0.2 }),
    clamp: (v: Tensor) => clamp(v, { min: -1 }),
    ...{ sin, cos, tanh, floor, ceil, round, abs },
  };
  const outputs = Object.fromEntries(Object.entries(ops).map(([name, op]) => [name, op(operand)]));
  const expected = await evaluate(runtime, outputs, { feeds: { operand: float32([6], values) } });
  for (const [name, op] of Object.entries(ops)) {
    const { node } = simplify({ y: op(leaf) })["y"];
    expect(node.op.name, name).toBe("constant");
    const { data } = (node.attrs as { value: HostTensor }).value;
    for (const [i, value] of data.entries()) expect(value, name).toBeCloseTo(expected[name]!.data[i]!, 6);
  }
});

test("a graph before and after, with the modules that its nodes belong to", () => {
  const layer = module({}, (a: Tensor) => silu(add(a, scalar(0))));
  const network = module(
    { first: layer, second: module({}, () => layer(transpose(transpose(x, { perm: [1, 0] }), { perm: [1, 0] }))) },
    () => sum(mul(network.children.first(x), network.children.second())),
  );
  const y = network();
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
