import { afterAll, beforeAll, expect, test } from "vitest";
import { deviation, noise } from "../../test/evaluate.ts";
import { compile } from "../compiler/compile.ts";
import { float32 } from "../graph/host-tensor.ts";
import { Conv2d, GroupNorm, Linear } from "../nn/layers.ts";
import { module, parameters } from "../nn/module.ts";
import { silu } from "../ops/activation.ts";
import { scaledDotProductAttention } from "../ops/attention.ts";
import { add, scale } from "../ops/elementwise.ts";
import { input } from "../ops/leaves.ts";
import { upsampleNearest } from "../ops/resize.ts";
import { reshape } from "../ops/shape.ts";
import { float16Runtime } from "./float16.ts";
import { nodeRuntime } from "./runtime.node.ts";
import type { Runtime } from "./types.ts";

let full: Runtime;
beforeAll(async () => {
  full = await nodeRuntime({ threads: 1 });
});
afterAll(() => full[Symbol.asyncDispose]());

const x = input({ name: "x", shape: [1, 4, 6, 6] });
const feeds = { x: noise([1, 4, 6, 6], { size: 2 }) };

/** Widths of small decoders. */
function small() {
  const [conv, norm, linear] = [Conv2d(4, 4, 3), GroupNorm(2, 4), Linear(6, 6)];
  const all = module({ conv, norm, linear }, () => {
    const h = upsampleNearest(silu(norm(conv(x))), { factor: 2 });
    const rows = reshape(h, { shape: [1, 4, 24, 6] });
    return add(scaledDotProductAttention(linear(rows), rows, rows), scale(rows, 0.5));
  });
  const names = parameters(all);
  const values = new Map(Array.from(names, ([name, { shape }], seed) => [name, noise(shape, { seed })]));
  return compile({ outputs: { y: all() }, parameters: { names, as: values } });
}

test("a program in half precision gives nearly the same, and not the same", async () => {
  const [float32Program, float16Program] = [await full.load(small()), await float16Runtime(full).load(small())];
  const [expected, actual] = [(await float32Program.run(feeds)).y, (await float16Program.run(feeds)).y];
  expect(actual.dtype).toBe("float32");
  expect(deviation(actual, expected.data)).toBeLessThan(2e-2);
  expect(deviation(actual, expected.data)).toBeGreaterThan(1e-5);
});

test("beyond 65504 values are infinite", async () => {
  const executable = compile({ outputs: { y: scale(x, 1e5), twice: add(x, x) } });
  const program = await float16Runtime(full).load(executable);
  const { y, twice } = await program.run({ x: float32([1, 4, 6, 6], new Float32Array(144).fill(1)) });
  expect(y.data[0]).toBe(Number.POSITIVE_INFINITY);
  expect(twice.data[0]).toBe(2);
});
