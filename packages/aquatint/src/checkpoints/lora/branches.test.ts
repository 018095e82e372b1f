import { afterAll, beforeAll, expect, test } from "vitest";
import { compile } from "../../compiler/compile.ts";
import { float32 } from "../../graph/host-tensor.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { HostTensor } from "../../graph/types.ts";
import { Conv2d, Linear } from "../../nn/layers.ts";
import { type Adapters, withAdapters } from "../../nn/lora.ts";
import { module, parameters } from "../../nn/module.ts";
import { input, param, scalar } from "../../ops/leaves.ts";
import { reshape } from "../../ops/shape.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import { difference } from "./difference.ts";
import { hadamard } from "./hadamard.ts";
import { kroneckerProduct } from "./kronecker.ts";
import type { Method } from "./method.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

const model = () => {
  const [conv, half, lin] = [Conv2d(3, 4, 3), Conv2d(4, 4, 3, { stride: 2 }), Linear(4 * 9, 5)];
  return module({ conv, half, lin }, (x: Tensor) => lin(reshape(half(conv(x)), { shape: [1, 4 * 9] })));
};
const wave = (shape: readonly number[], seed: number): HostTensor =>
  float32(
    shape,
    Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) => Math.sin(seed + 1.7 * i) / 2),
  );
const x = wave([1, 3, 6, 6], 0);

/** The model's output with these weights; `trace` adds what is beside it. */
async function output(
  values: ReadonlyMap<string, HostTensor>,
  feeds: Record<string, HostTensor>,
  trace: (m: ReturnType<typeof model>, x: Tensor) => Tensor,
  leaves: ReadonlyMap<string, Tensor>,
) {
  const net = model();
  const names = new Map([...parameters(net), ...leaves]);
  const y = trace(net, input({ name: "x", dtype: "float32", shape: x.shape }));
  const program = await runtime.load(compile({ outputs: { y }, parameters: { names, as: values } }));
  try {
    const runs: Float32Array[] = [];
    for (const scale of Object.values(feeds)) {
      const all = Object.keys(feeds).length > 1 || leaves.size > 0 ? { x, scale } : { x };
      runs.push((await program.run(all)).y.data as Float32Array);
    }
    return runs;
  } finally {
    await program[Symbol.asyncDispose]();
  }
}

const base = new Map(Array.from(parameters(model()), ([key, { shape }], i) => [key, wave(shape, i)] as const));
const at = (t: HostTensor, ...index: number[]) =>
  t.data[index.reduce((flat, i, axis) => flat * t.shape[axis]! + i, 0)]!;
const [down, up] = [wave([2, 36], 3), wave([5, 2], 4)];
const [convDown, convUp] = [wave([2, 3, 3, 3], 5), wave([4, 2, 1, 1], 6)];
const [small, mid, wide] = [wave([2, 4, 1, 1], 7), wave([2, 2, 3, 3], 8), wave([4, 2, 1, 1], 9)];

/** W + scale B A, by sums over the rank. */
function merged(scale: number): Map<string, HostTensor> {
  const plus = (key: string, delta: (...index: number[]) => number) => {
    const weight = base.get(key)!;
    const data = Float32Array.from(weight.data, (value, flat) => {
      const index: number[] = [];
      let rest = flat;
      for (const size of weight.shape.toReversed()) {
        index.unshift(rest % size);
        rest = Math.floor(rest / size);
      }
      return value + scale * delta(...index);
    });
    return [key, float32(weight.shape, data)] as const;
  };
  const over = (f: (r: number) => number) => f(0) + f(1);
  return new Map([
    ...base,
    plus("lin.weight", (o = 0, i = 0) => over((r) => at(up, o, r) * at(down, r, i))),
    plus("conv.weight", (o = 0, i = 0, k = 0, l = 0) => over((r) => at(convUp, o, r, 0, 0) * at(convDown, r, i, k, l))),
    plus("half.weight", (o = 0, i = 0, k = 0, l = 0) =>
      over((r) => over((s) => at(wide, o, r, 0, 0) * at(mid, r, s, k, l) * at(small, s, i, 0, 0))),
    ),
  ]);
}

const branchValues = { down, up, convDown, convUp, small, mid, wide };
function branches(scale: Tensor) {
  const leaves = new Map(
    Object.entries(branchValues).map(([key, { shape }]) => [`lora.${key}`, param({ shape, init: "zeros" })]),
  );
  const leaf = (key: keyof typeof branchValues) => leaves.get(`lora.${key}`)!;
  const adapters: Adapters = new Map([
    ["lin", [{ down: leaf("down"), up: leaf("up"), scale }]],
    ["conv", [{ down: leaf("convDown"), up: leaf("convUp"), scale }]],
    ["half", [{ down: leaf("small"), mid: leaf("mid"), up: leaf("wide"), scale }]],
  ]);
  return { leaves, adapters };
}
const single = (value: number): HostTensor => ({ dtype: "float32", shape: [], data: Float32Array.of(value) });

test("a branch of scale s gives what the merged weights W + s B A give, and s changes without another program", async () => {
  const { leaves, adapters } = branches(input({ name: "scale", dtype: "float32", shape: [] }));
  const values = new Map([
    ...base,
    ...Object.entries(branchValues).map(([key, value]) => [`lora.${key}`, value] as const),
  ]);
  const scales = [0, 0.7, -1.3];
  const feeds = Object.fromEntries(scales.map((s) => [String(s), single(s)]));
  const branched = await output(values, feeds, (net, t) => withAdapters(adapters, () => net(t)), leaves);
  for (const [i, scale] of scales.entries()) {
    const [expected] = await output(merged(scale), { scale: single(0) }, (net, t) => net(t), new Map());
    for (const [j, value] of expected!.entries()) {
      expect(Math.abs(branched[i]![j]! - value)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(value)));
    }
  }
  expect(branched[1]).not.toEqual(branched[0]);
});

const kron = (a: HostTensor, b: HostTensor, o: number, i: number) => {
  const [rows = 1, columns = 1] = b.shape;
  return at(a, Math.floor(o / rows), Math.floor(i / columns)) * at(b, o % rows, i % columns);
};
const full = { weight: wave([5, 36], 11), bias: wave([5], 12) };
const hada = { w1_a: wave([5, 2], 13), w1_b: wave([2, 36], 14), w2_a: wave([5, 2], 15), w2_b: wave([2, 36], 16) };
const lokr = { w1: wave([5, 4], 17), w2_a: wave([1, 2], 18), w2_b: wave([2, 9], 19) };
const over2 = (f: (r: number) => number) => f(0) + f(1);
const low = (a: HostTensor, b: HostTensor, o: number, i: number) => over2((r) => at(a, o, r) * at(b, r, i));
const w2: HostTensor = {
  dtype: "float32",
  shape: [1, 9],
  data: Float32Array.from({ length: 9 }, (_, i) => low(lokr.w2_a, lokr.w2_b, 0, i)),
};

test.each<[string, Method, Readonly<Record<string, HostTensor>>, (o: number, i: number) => number]>([
  ["whole differences", difference, full, (o, i) => at(full.weight, o, i)],
  ["LoHa", hadamard, hada, (o, i) => low(hada.w1_a, hada.w1_b, o, i) * low(hada.w2_a, hada.w2_b, o, i)],
  ["LoKr", kroneckerProduct, lokr, (o, i) => kron(lokr.w1, w2, o, i)],
])("%s give what the merged weights give", async (_, method, tensors, delta) => {
  const leaves = new Map(
    Object.entries(tensors).map(([key, { shape }]) => [`lora.${key}`, param({ shape, init: "zeros" })]),
  );
  const factors = Object.fromEntries(Object.keys(tensors).map((key) => [key, leaves.get(`lora.${key}`)!]));
  const adapters: Adapters = new Map([
    ["lin", [method.branch(factors, input({ name: "scale", dtype: "float32", shape: [] }))]],
  ]);
  const values = new Map([...base, ...Object.entries(tensors).map(([key, value]) => [`lora.${key}`, value] as const)]);
  const [actual] = await output(
    values,
    { scale: single(0.7) },
    (net, t) => withAdapters(adapters, () => net(t)),
    leaves,
  );
  const [weight, bias] = [base.get("lin.weight")!, base.get("lin.bias")!];
  const dW = Float32Array.from(weight.data, (v, i) => v + 0.7 * delta(Math.floor(i / 36), i % 36));
  const db = Float32Array.from(bias.data, (v, i) => v + 0.7 * ("bias" in tensors ? at(full.bias, i) : 0));
  const merged = { "lin.weight": float32(weight.shape, dW), "lin.bias": float32(bias.shape, db) };
  const all = new Map<string, HostTensor>([...base, ...Object.entries(merged)]);
  const [expected] = await output(all, { scale: single(0) }, (net, t) => net(t), new Map());
  expect(actual!.length).toBe(5);
  for (const [j, value] of expected!.entries())
    expect(Math.abs(actual![j]! - value)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(value)));
});

test("a branch that does not fit, or whose layer is not there, is refused by its path", () => {
  const trace = (adapters: Adapters) => () => {
    const net = model();
    return withAdapters(adapters, () => net(input({ name: "x", dtype: "float32", shape: x.shape })));
  };
  const pair = (inputs: number) => [
    {
      down: param({ shape: [2, inputs], init: "zeros" }),
      up: param({ shape: [5, 2], init: "zeros" }),
      scale: scalar(1),
    },
  ];
  expect(trace(new Map([["lin", pair(7)]]))).toThrow(/"lin".*\[2,7\]/);
  expect(trace(new Map([["nowhere", pair(36)]]))).toThrow(/nowhere/);
});
