import { afterAll, beforeAll, expect, test } from "vitest";
import { deviation, noise, noiseWeights } from "../../../test/evaluate.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { topological } from "../../graph/topological.ts";
import { sizeOf } from "../../graph/types.ts";
import { FeedForward } from "../../models/blocks/transformer.ts";
import { parameters } from "../../nn/module.ts";
import { gelu } from "../../ops/activation.ts";
import { mul } from "../../ops/elementwise.ts";
import { input } from "../../ops/leaves.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import { compile } from "../compile.ts";
import { simplify } from "../passes/simplify.ts";
import { sliceFeedForward } from "./feed-forward.ts";
import { fuse } from "./fuse.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

const [WIDTH, INNER] = [6, 24];
const layer = FeedForward(WIDTH);
const x = input({ name: "x", shape: [2, 50, WIDTH] });
const sliced = (y: Tensor, innerBytes: number) =>
  fuse(simplify({ y }), { feedForward: sliceFeedForward(innerBytes) }).y;
const kernels = (y: Tensor) => topological([y]).filter(({ op }) => op.name === "fusedGelu");

test.each([
  ["parts of 48 rows", 52, 3],
  ["parts of 16 rows at least", 1, 7],
])("a feed-forward layer in %s gives the same", async (_, rows, parts) => {
  const innerBytes = 4 * INNER * rows;
  const y = layer(x);
  const inner = kernels(sliced(y, innerBytes));
  expect(inner).toHaveLength(parts);
  for (const { outputs } of inner) expect(sizeOf(outputs[0].shape)).toBeLessThanOrEqual(INNER * Math.max(rows, 16));
  const names = parameters(layer);
  const binding = { names, as: noiseWeights(names) };
  const [full, part] = await Promise.all(
    [undefined, sliceFeedForward(innerBytes)].map(async (feedForward) => {
      const program = await runtime.load(compile({ outputs: { y }, parameters: binding, feedForward }));
      return (await program.run({ x: noise(x.shape, { seed: 1 }) })).y;
    }),
  );
  expect(part!.shape).toEqual([2, 50, WIDTH]);
  expect(deviation(part, full!.data)).toBeLessThan(1e-6);
});

test("what fits stays whole, and so does a product without a gate", () => {
  expect(kernels(sliced(layer(x), 4 * INNER * 100))).toHaveLength(1);
  const { net } = layer.children;
  const square = mul(input({ name: "a", shape: [100, INNER] }), gelu(input({ name: "b", shape: [100, INNER] })));
  expect(kernels(sliced(net[2]!(square), 4 * INNER))).toHaveLength(1);
});
