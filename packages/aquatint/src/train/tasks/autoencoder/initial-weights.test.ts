import { afterAll, beforeAll, expect, test } from "vitest";
import { evaluate } from "../../../../test/evaluate.ts";
import { float32 } from "../../../graph/host-tensor.ts";
import type { HostTensor } from "../../../graph/types.ts";
import { torchCpu } from "../../../math/random.ts";
import { AutoencoderKL, parseAutoencoderConfig } from "../../../models/autoencoder/index.ts";
import { initialize } from "../../../nn/init.ts";
import { parameters } from "../../../nn/module.ts";
import { input } from "../../../ops/leaves.ts";
import { nodeRuntime } from "../../../runtime/runtime.node.ts";
import type { Runtime } from "../../../runtime/types.ts";
import { evenWeights } from "./initial-weights.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

const vae = AutoencoderKL(
  parseAutoencoderConfig({
    block_out_channels: [8, 16, 32],
    down_block_types: Array(3).fill("DownEncoderBlock2D"),
    up_block_types: Array(3).fill("UpDecoderBlock2D"),
    ...{ layers_per_block: 1, latent_channels: 4, norm_num_groups: 2, mid_block_add_attention: false, sample_size: 16 },
  }),
);
const names = parameters(vae);
const usual = new Map(Object.entries(initialize(names, torchCpu(1))));
const even = new Map([...usual, ...evenWeights(names, 1)]);

/** Two plain images of different colors. */
const images = float32(
  [2, 3, 16, 16],
  Array.from({ length: 2 * 3 * 256 }, (_, i) => Math.sin(Math.floor(i / 256) + 1)),
);

async function coded(values: ReadonlyMap<string, HostTensor>) {
  const x = input({ name: "images", dtype: "float32", shape: images.shape });
  const { mean, logVariance } = vae.encode(x);
  const reconstruction = vae.decode(mean);
  return evaluate(runtime, { mean, logVariance, reconstruction }, { feeds: { images }, names, values });
}

/** Distance of two images: the root mean square of the differences. */
const difference = ({ data }: { readonly data: ArrayLike<number> }) => {
  const half = data.length / 2;
  const squares = Array.from({ length: half }, (_, i) => (data[i]! - data[half + i]!) ** 2);
  return Math.sqrt(squares.reduce((a, b) => a + b) / half);
};

test("two images' latents and reconstructions are several times further apart than from the usual weights", async () => {
  const [a, b] = [await coded(usual), await coded(even)];
  expect(difference(b["mean"]!)).toBeGreaterThan(3 * difference(a["mean"]!));
  expect(difference(b["reconstruction"]!)).toBeGreaterThan(3 * difference(a["reconstruction"]!));
});

test("the posterior begins narrow", async () => {
  const { logVariance } = await coded(even);
  for (const value of logVariance!.data) expect(Math.abs(value + 6)).toBeLessThan(1);
});

test("the same seed gives the same weights, in the shapes of the parameters", () => {
  const [first, second] = [evenWeights(names, 7), evenWeights(names, 7)];
  expect(first).toEqual(second);
  for (const [name, { shape }] of first) expect(shape).toEqual(names.get(name)!.shape);
  expect(evenWeights(names, 8)).not.toEqual(first);
});
