import { afterAll, beforeAll, expect, test } from "vitest";
import { deviation } from "../../../test/evaluate.ts";
import { grad } from "../../autodiff/grad.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { topological } from "../../graph/topological.ts";
import { type ConvOptions, conv2d } from "../../ops/conv.ts";
import { input } from "../../ops/leaves.ts";
import { sum } from "../../ops/reduce.ts";
import { upsampleNearest } from "../../ops/resize.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import { compile } from "../compile.ts";
import { layoutPass } from "../nchwc/layout.ts";
import { fuse } from "./fuse.ts";
import { upsampledCases, upsampledGraph } from "./upsampled-conv.cases.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

const leaf = (name: string, ...shape: number[]): Tensor => input({ name, shape });
const opsOf = (y: Tensor): string[] => topological([y]).map(({ op }) => op.name);
const fused = (y: Tensor): Tensor => fuse({ y }).y;

test.each(upsampledCases)("a convolution of an image that is $about reads the image itself", async (upsampledCase) => {
  const { outputs, feeds } = upsampledGraph(upsampledCase);
  // along an axis where the kernel has one point, all copies are the same
  const positions = upsampledCase.kernel.reduce((n, k) => n * (k > 1 ? upsampledCase.factor : 1), 1);
  expect(opsOf(fused(outputs.y)).filter((op) => op === "phaseConv")).toHaveLength(positions);
  expect(opsOf(fused(outputs.y))).not.toContain("upsampleNearest");
  for (const layout of [{}, runtime.layout]) {
    const program = await runtime.load(compile({ outputs, layout: layoutPass(layout) }));
    const { y, expected } = await program.run(feeds);
    expect(y.shape).toEqual(expected.shape);
    expect(deviation(y, expected.data)).toBeLessThan(1e-5);
  }
});

const doubled = (channels: number) => upsampleNearest(leaf("x", 1, channels, 4, 4), { factor: 2 });
const stays: readonly (readonly [string, number, readonly number[], ConvOptions])[] = [
  ["with steps", 72, [8, 72, 3, 3], { padding: 1, stride: 2 }],
  ["that makes it smaller", 72, [8, 72, 3, 3], {}],
  ["of groups", 72, [72, 1, 3, 3], { padding: 1, groups: 72 }],
  ["with a kernel of gaps", 72, [8, 72, 3, 3], { padding: 2, dilation: 2 }],
  ["with a kernel of one point", 72, [8, 72, 1, 1], {}],
  ["of few channels", 64, [8, 64, 3, 3], { padding: 1 }],
];
test.each(stays)("a convolution %s stays", (_, channels, kernel, options) => {
  const y = conv2d(doubled(channels), leaf("weight", ...kernel), undefined, options);
  expect(fused(y)).toBe(y);
});

test("an image that something else needs doubled, too, is doubled for that alone", () => {
  const up = doubled(72);
  const { y, z } = fuse({ y: conv2d(up, leaf("weight", 8, 72, 3, 3), undefined, { padding: 1 }), z: up });
  expect(opsOf(y)).not.toContain("upsampleNearest");
  expect(z).toBe(up);
});

test("it is no op to take a derivative of", () => {
  const weight = leaf("weight", 8, 72, 3, 3);
  const y = fused(conv2d(doubled(72), weight, undefined, { padding: 1 }));
  expect(() => grad(sum(y), [weight])).toThrow("phaseConv");
});
