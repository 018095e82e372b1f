import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deviation as differs, evaluate, noise } from "../../../../test/evaluate.ts";
import { float32 } from "../../../graph/host-tensor.ts";
import type { HostTensor } from "../../../graph/types.ts";
import { input } from "../../../ops/leaves.ts";
import { nodeRuntime } from "../../../runtime/runtime.node.ts";
import type { Runtime } from "../../../runtime/types.ts";
import { autoencoderTerms, featureDistance } from "./losses.ts";
import { deviation, meanPsnr } from "./outputs.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

const feed = (name: string, { shape }: HostTensor) => input({ name, dtype: "float32", shape });
const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

test("the terms of an autoencoder's loss are those of their formulas", async () => {
  const feeds = {
    image: noise([1, 2, 2, 3], { seed: 1 }),
    reconstruction: noise([1, 2, 2, 3], { seed: 2 }),
    mean: noise([1, 1, 1, 2], { seed: 3 }),
    logVariance: noise([1, 1, 1, 2], { seed: 4 }),
  };
  const posterior = { mean: feed("mean", feeds.mean), logVariance: feed("logVariance", feeds.logVariance) };
  const terms = autoencoderTerms(feed("image", feeds.image), feed("reconstruction", feeds.reconstruction), posterior);
  const actual = await evaluate(runtime, { ...terms }, { feeds });
  const d = Array.from(feeds.image.data, (v, i) => feeds.reconstruction.data[i]! - v);
  const down = d.flatMap((v, i) => (i % 6 < 3 ? [Math.abs(d[i + 3]! - v)] : []));
  const right = d.flatMap((v, i) => (i % 3 < 2 ? [Math.abs(d[i + 1]! - v)] : []));
  const kl = Array.from(feeds.mean.data, (mu, i) => {
    const logVariance = feeds.logVariance.data[i]!;
    return 0.5 * (mu ** 2 + Math.exp(logVariance) - logVariance - 1);
  });
  const expected = {
    l1: meanOf(d.map(Math.abs)),
    squared: meanOf(d.map((v) => v * v)),
    gradient: meanOf(down) + meanOf(right),
    kl: meanOf(kl),
  };
  for (const name of Object.keys(expected) as (keyof typeof expected)[])
    expect(differs(actual[name], [expected[name]]), name).toBeLessThan(1e-6);
});

test("images are compared layer by layer", async () => {
  const [a, b] = [float32([2], [1, 3]), float32([2], [2, 1])];
  const states = (k: HostTensor, name: string) => [feed(name, k), feed(name, k)];
  const distance = featureDistance(states(a, "a"), [feed("b", b), feed("a", a)]);
  expect(differs((await evaluate(runtime, { distance }, { feeds: { a, b } }))["distance"], [1.25])).toBeLessThan(1e-6);
});

describe("figures", () => {
  test("PSNR is the mean of the images', what is out of range counts as its limit", () => {
    const images = Float32Array.of(0, 0, 1, -1);
    const [first, second] = [10 * Math.log10(4 / 0.25), 10 * Math.log10(4 / 0.005)];
    expect(meanPsnr(images, Float32Array.of(0.5, -0.5, 3, -0.9), 2)).toBeCloseTo((first + second) / 2, 4);
  });
  test("latents' deviation is that of what is drawn from the posteriors", () => {
    expect(deviation(Float32Array.of(1, -1), Float32Array.of(0, 0))).toBeCloseTo(Math.SQRT2, 6);
    expect(deviation(Float32Array.of(5, 5), Float32Array.of(-100, -100))).toBeCloseTo(0, 6);
  });
});
