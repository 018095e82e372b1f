import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deviation, noise, noiseWeights } from "../../../test/evaluate.ts";
import { grad } from "../../autodiff/grad.ts";
import { printGraph } from "../../graph/print.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { topological } from "../../graph/topological.ts";
import { Conv2d, GroupNorm } from "../../nn/layers.ts";
import { module, parameters } from "../../nn/module.ts";
import { leakyRelu, silu } from "../../ops/activation.ts";
import { conv2d } from "../../ops/conv.ts";
import { add, clamp, mul, square } from "../../ops/elementwise.ts";
import { input, scalar } from "../../ops/leaves.ts";
import { matmul } from "../../ops/matmul.ts";
import { mean, sum } from "../../ops/reduce.ts";
import { upsampleNearest } from "../../ops/resize.ts";
import { concat } from "../../ops/shape.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import { compile } from "../compile.ts";
import { layoutPass } from "./layout.ts";

const float = (name: string, ...shape: number[]) => input({ name, shape });
const inLayout = (y: Tensor, channelBlock = 8) => layoutPass({ channelBlock })!.apply({ y }).y;
const opsOf = (y: Tensor) => topological([y]).map(({ op }) => op.name);

test("between convolutions images stay in blocks", () => {
  const [x, v, w] = [float("x", 1, 8, 4, 4), float("v", 16, 8, 3, 3), float("w", 3, 16, 1, 1)];
  const y = conv2d(mul(conv2d(x, v, undefined, { padding: 1 }), scalar(2)), w);
  expect(printGraph({ y: inLayout(y) })).toMatchInlineSnapshot(`
    "%0: float32[1,8,4,4] = input() {name: x, dtype: float32, shape: [1,8,4,4]}
    %1: float32[1,1,4,4,8] = toBlocks(%0) {block: 8}
    %2: float32[16,8,3,3] = input() {name: v, dtype: float32, shape: [16,8,3,3]}
    %3: float32[2,1,3,3,8,8] = blockKernel(%2) {block: 8, backward: false}
    %4: float32[1,2,4,4,8] = nchwcConv(%1, %3) {stride: [1,1], padding: [1,1], dilation: [1,1], groups: 1}
    %5: float32[] = fill() {value: 2, shape: []}
    %6: float32[1,2,4,4,8] = mul(%4, %5)
    %7: float32[3,16,1,1] = input() {name: w, dtype: float32, shape: [3,16,1,1]}
    %8: float32[1,2,1,1,8,8] = blockKernel(%7) {block: 8, backward: false}
    %9: float32[1,1,4,4,8] = nchwcConv(%6, %8) {stride: [1,1], padding: [0,0], dilation: [1,1], groups: 1}
    %10: float32[1,3,4,4] = fromBlocks(%9) {channels: 3, channelsLast: false}
    return y = %10"
  `);
});

test("an activation with a number of its own goes along", () => {
  const [x, v, w] = [float("x", 1, 8, 4, 4), float("v", 8, 8, 1, 1), float("w", 8, 8, 1, 1)];
  const y = inLayout(conv2d(leakyRelu(conv2d(x, v), { slope: 0.2 }), w));
  const [convolved, activated] = ["nchwcConv", "leakyRelu"];
  const chain = opsOf(y).filter((op) => op === convolved || op === activated || op === "fromBlocks");
  expect(chain).toEqual([convolved, activated, convolved, "fromBlocks"]);
  expect(topological([y]).find(({ op }) => op.name === activated)!.attrs).toEqual({ slope: 0.2 });
});

test("an image of fewer channels than a block is read as it is", () => {
  const y = inLayout(conv2d(float("x", 1, 3, 4, 4), float("w", 8, 3, 3, 3)));
  expect(opsOf(y)).toEqual(["input", "input", "blockKernel", "nchwcConv", "fromBlocks"]);
});

test("channels that fill no blocks are left alone", () => {
  const y = conv2d(float("x", 1, 12, 4, 4), float("w", 8, 12, 3, 3));
  expect(inLayout(y)).toBe(y);
});

test("an elementwise op with an image that is not in blocks is left alone", () => {
  const y = add(conv2d(float("x", 1, 8, 4, 4), float("w", 8, 8, 1, 1)), float("z", 1, 8, 4, 4));
  expect(opsOf(inLayout(y)).at(-1)).toBe("add");
});

test("a product of transposed operands is one node of the CPU", async () => {
  const [a, b] = [float("a", 2, 3, 4), float("b", 2, 5, 4)];
  const y = matmul(a, b, { transB: true, alpha: 0.5 });
  expect(inLayout(y).node.op.name).toBe("fusedMatmul");
  const feeds = { a: noise(a.shape), b: noise(b.shape, { seed: 1 }) };
  const run = async (layout: Runtime["layout"]) => {
    const program = await runtime.load(compile({ outputs: { y }, layout: layoutPass(layout) }));
    return (await program.run(feeds)).y;
  };
  expect(deviation(await run(runtime.layout), (await run({})).data)).toBeLessThan(1e-6);
});

test("a product of many rows and few columns is computed as its transpose", async () => {
  const [a, b, c] = [float("a", 2, 2, 5, 128), float("b", 2, 2, 5, 4), float("c", 2, 2, 4, 5)];
  const outputs = {
    plain: matmul(a, b, { transA: true, alpha: 0.5 }),
    transposed: matmul(a, c, { transA: true, transB: true }),
    wide: matmul(a, float("d", 2, 2, 5, 33), { transA: true }),
  };
  const leaves = { a, b, c, d: outputs.wide.node.inputs[1]! };
  const ops = Object.values(outputs).map((y) => inLayout(y).node.op.name);
  expect(ops).toEqual(["transpose", "transpose", "fusedMatmul"]);
  const feeds = Object.fromEntries(Object.entries(leaves).map(([name, x], seed) => [name, noise(x.shape, { seed })]));
  const run = async (layout: Runtime["layout"]) => {
    const program = await runtime.load(compile({ outputs, layout: layoutPass(layout) }));
    return program.run(feeds);
  };
  const [actual, expected] = [await run({ channelBlock: runtime.layout.channelBlock ?? 8 }), await run({})];
  for (const name of ["plain", "transposed", "wide"] as const) {
    expect(deviation(actual[name], expected[name].data)).toBeLessThan(1e-6);
  }
});

test("without a block nothing changes", () => {
  expect(layoutPass({})).toBeUndefined();
});

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

test("the runtime says in which blocks it computes, or in none", () => {
  expect([8, 16, undefined]).toContain(runtime.layout.channelBlock);
});

interface Plan {
  readonly channels: readonly number[];
  readonly kernels: readonly { readonly size: 1 | 3 | 4; readonly stride: 1 | 2; readonly bias: boolean }[];
  readonly joins: "nothing" | "leaky" | "sum" | "concat" | "upsample" | "norm";
  readonly size: readonly [number, number];
}
const plans: fc.Arbitrary<Plan> = fc.record({
  channels: fc.array(fc.constantFrom(3, 8, 12, 16, 32), { minLength: 4, maxLength: 4 }),
  kernels: fc.array(fc.record({ size: fc.constantFrom(1, 3, 4), stride: fc.constantFrom(1, 2), bias: fc.boolean() }), {
    minLength: 3,
    maxLength: 3,
  }),
  joins: fc.constantFrom("nothing", "leaky", "sum", "concat", "upsample", "norm"),
  size: fc.tuple(fc.integer({ min: 4, max: 7 }), fc.integer({ min: 4, max: 7 })),
});

/** Three convolutions with something in between, its loss and all gradients. */
function network({ channels, kernels, joins, size }: Plan) {
  const widths = joins === "concat" ? channels.with(2, channels[2]! * 2) : channels;
  const convs = kernels.map(({ size: k, stride, bias }, i) =>
    Conv2d(widths[i]!, channels[i + 1]!, k, { stride, bias, padding: k >> 1 }),
  );
  const norm = GroupNorm(1, channels[2]!);
  const join = {
    nothing: (h: Tensor) => silu(h),
    leaky: (h: Tensor) => clamp(leakyRelu(h, { slope: 0.2 }), { max: 2 }),
    sum: (h: Tensor) => add(h, silu(h)),
    concat: (h: Tensor) => concat([h, silu(h)], { axis: 1 }),
    upsample: (h: Tensor) => upsampleNearest(h, { factor: 2 }),
    norm: (h: Tensor) => silu(norm(h)),
  }[joins];
  const all = module({ convs, ...(joins === "norm" && { norm }) }, (x: Tensor) =>
    convs[2]!(join(convs[1]!(silu(convs[0]!(x))))),
  );
  const x = float("x", 2, channels[0]!, ...size);
  const names = parameters(all);
  const loss = mean(square(add(all(x), scalar(0.5))));
  const first = grad(loss, [x, ...names.values()]);
  const second = grad(sum(square(first[0]!)), [...names.values()].slice(0, 1));
  const gradients = [...first, ...second].map((g, i) => [`g${i}`, g] as const);
  return { outputs: Object.fromEntries([["loss", loss], ...gradients]), names, feeds: { x: noise(x.shape) } };
}

test("random networks of convolutions give the same values and derivatives in blocks as without", async () => {
  const same = async (plan: Plan) => {
    const { outputs, names, feeds } = network(plan);
    const as = noiseWeights(names);
    const run = async (layout: Runtime["layout"]) => {
      const program = await runtime.load(compile({ outputs, parameters: { names, as }, layout: layoutPass(layout) }));
      const results = await program.run(feeds);
      await program[Symbol.asyncDispose]();
      return results;
    };
    const [plain, inBlocks] = [await run({}), await run(runtime.layout)];
    for (const name of Object.keys(outputs)) expect(deviation(inBlocks[name], plain[name]!.data)).toBeLessThan(1e-5);
  };
  await fc.assert(fc.asyncProperty(plans, same), { numRuns: 30, seed: 4 });
});
