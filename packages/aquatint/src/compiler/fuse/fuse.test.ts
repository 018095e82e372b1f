import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deviation, noise } from "../../../test/evaluate.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { topological } from "../../graph/topological.ts";
import type { HostTensor } from "../../graph/types.ts";
import { gelu } from "../../ops/activation.ts";
import { scaledDotProductAttention } from "../../ops/attention.ts";
import { add, scale } from "../../ops/elementwise.ts";
import { input } from "../../ops/leaves.ts";
import { matmul } from "../../ops/matmul.ts";
import { reshape, split, transpose } from "../../ops/shape.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import { compile } from "../compile.ts";
import { simplify } from "../passes/simplify.ts";
import { fuse } from "./fuse.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

const shapes: Readonly<Record<string, readonly number[]>> = {
  q: [2, 5, 12],
  k: [2, 7, 12],
  v: [2, 7, 6],
  weight: [4, 6],
  bias: [4],
};
const feeds: Record<string, HostTensor> = Object.fromEntries(
  Object.entries(shapes).map(([name, shape], seed) => [name, noise(shape, { seed })]),
);
const leaf = (name: string): Tensor => input({ name, shape: shapes[name]! });
const [q, k, v, weight, bias] = ["q", "k", "v", "weight", "bias"].map(leaf) as [Tensor, Tensor, Tensor, Tensor, Tensor];

const heads = (x: Tensor, h: number): Tensor =>
  transpose(reshape(x, { shape: [2, x.shape[1]!, h, x.shape[2]! / h] }), { perm: [0, 2, 1, 3] });
const mergeHeads = (x: Tensor): Tensor =>
  reshape(transpose(x, { perm: [0, 2, 1, 3] }), { shape: [2, x.shape[2]!, x.shape[1]! * x.shape[3]!] });
const attention = (h: number): Tensor =>
  mergeHeads(scaledDotProductAttention(heads(q, h), heads(k, h), heads(v, h), { scale: 0.3 }));
const rows = reshape(v, { shape: [14, 6] });
const linear = reshape(matmul(rows, weight, { transB: true }), { shape: [2, 7, 4] });
const parts = (...args: Parameters<typeof split>): [Tensor, Tensor] => {
  const [first, second] = split(...args);
  return [first, second!];
};

const opsOf = (y: Tensor): string[] => topological([y]).map(({ op }) => op.name);
const fused = (y: Tensor): Tensor => fuse(simplify({ y })).y;

/** The values with the fused ops, and without them: a graph that updates a state is not fused. */
async function both(y: Tensor): Promise<readonly [HostTensor, HostTensor]> {
  const leaves = new Set(topological([y]).map(({ attrs }) => (attrs as { name?: string } | undefined)?.name));
  const leafFeeds = Object.fromEntries(Object.entries(feeds).filter(([name]) => leaves.has(name)));
  const fusedProgram = await runtime.load(compile({ outputs: { y } }));
  const many = await runtime.load(compile({ outputs: { y }, updates: { y } }));
  const state = await runtime.createState({ y: noise(y.shape) });
  return [(await fusedProgram.run(leafFeeds)).y, (await many.run(leafFeeds, { state })).y];
}

describe("graphs that only compute have in one op", () => {
  test.each([
    ["attention of several heads", attention(3), ["input", "input", "input", "fusedAttention"]],
    ["attention of one head", attention(1), ["input", "input", "input", "fusedAttention"]],
    ["a linear layer", add(linear, bias), ["input", "reshape", "input", "input", "gemm", "reshape"]],
    [
      "a linear layer with the bias first",
      add(bias, linear),
      ["input", "input", "reshape", "input", "gemm", "reshape"],
    ],
    [
      "the sum of parts of a linear layer",
      add(...parts(add(linear, bias), { axis: -1, sizes: [2, 2] })),
      ["input", "reshape", "input", "split", "input", "split", "gemm", "reshape", "gemm", "reshape", "add"],
    ],
    [
      "a linear layer whose rows are cut",
      add(...parts(add(linear, bias), { axis: 0, sizes: [1, 1] })),
      ["input", "reshape", "input", "input", "gemm", "reshape", "split", "add"],
    ],
    ["GELU", gelu(v), ["input", "fusedGelu"]],
  ] as const)("%s", async (_, y, ops) => {
    expect(opsOf(fused(y)).toSorted()).toEqual(ops.toSorted());
    const [fusedResult, many] = await both(y);
    expect(fusedResult.shape).toEqual(y.shape);
    expect(deviation(fusedResult, many.data)).toBeLessThan(1e-5);
  });
});

describe("what only looks like it stays", () => {
  const mask = input({ name: "mask", shape: [5, 7] });
  test.each([
    ["attention with a mask", scaledDotProductAttention(heads(q, 3), heads(k, 3), heads(v, 3), { mask })],
    ["attention without heads", scaledDotProductAttention(q, k, v)],
    ["a sum over other rows", add(linear, input({ name: "row", shape: [7, 4] }))],
    ["GELU by the hyperbolic tangent", gelu(v, { approximate: "tanh" })],
    ["half of another value", add(scale(v, 0.5), v)],
  ])("%s", (_, y) => {
    const { y: simple } = simplify({ y });
    expect(opsOf(fused(y))).toEqual(opsOf(simple));
  });
});
