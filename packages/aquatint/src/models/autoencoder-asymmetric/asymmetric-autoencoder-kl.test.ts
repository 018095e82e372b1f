import { afterAll, beforeAll, expect, test } from "vitest";
import { evaluate, noise } from "../../../test/evaluate.ts";
import { memoryFiles } from "../../checkpoints/files.ts";
import { openModel } from "../../checkpoints/open.ts";
import { encodeSafetensors } from "../../formats/safetensors/safetensors.ts";
import { float32 } from "../../graph/host-tensor.ts";
import { sizeOf } from "../../graph/types.ts";
import { parameters } from "../../nn/module.ts";
import { input } from "../../ops/leaves.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import { AsymmetricAutoencoderKL, asymmetricLatentSpace, parseAsymmetricConfig } from "./asymmetric-autoencoder-kl.ts";

const config = {
  down_block_types: Array.from({ length: 4 }, () => "DownEncoderBlock2D"),
  down_block_out_channels: [4, 4, 8, 8],
  up_block_types: Array.from({ length: 4 }, () => "UpDecoderBlock2D"),
  up_block_out_channels: [4, 8, 16, 16],
  layers_per_up_block: 2,
  norm_num_groups: 2,
};
const model = AsymmetricAutoencoderKL(parseAsymmetricConfig(config));
const names = parameters(model);
/** Numbers that Python makes, too: the seed is the length of the name. */
const weights = new Map(
  Array.from(names, ([name, { shape }]) => {
    const size = shape.length > 1 ? Math.sqrt(3 / sizeOf(shape.slice(1))) : 0.3;
    return [name, noise(shape, { seed: name.length, size })] as const;
  }),
);

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

test("latents and images, without and with a part to keep, are those of diffusers 0.36", async () => {
  const image = noise([1, 3, 16, 16], { seed: 1 });
  const z = noise([1, 4, 2, 2], { seed: 2 });
  const mask = float32(
    [1, 1, 16, 16],
    noise([1, 1, 16, 16], { seed: 3 }).data.map((v) => (v > 0 ? 1 : 0)),
  );
  const feeds = { image, z, mask };
  const feed = (name: keyof typeof feeds) => input({ name, dtype: "float32", shape: feeds[name].shape });
  const outputs = {
    mean: model.encode(feed("image")).mean,
    plain: model.decode(feed("z")),
    masked: model.decode(feed("z"), { image: feed("image"), mask: feed("mask") }),
  };
  const results = await evaluate(runtime, outputs, { feeds, names, values: weights });
  /** Eight of the numbers, evenly spaced. */
  const eight = (name: keyof typeof outputs) => {
    const { data } = results[name];
    return Array.from({ length: 8 }, (_, i) => data[(i * data.length) / 8]!);
  };
  expect.assertions(3 * 8);
  for (const [name, expected] of Object.entries({
    mean: [-0.146223, -0.185726, -0.302303, -0.269914, -0.058148, -0.077619, -0.454304, -0.437595],
    plain: [0.226994, 0.266517, 0.268269, 0.231808, 0.225683, 0.259575, 0.327954, 0.333081],
    masked: [0.262621, 0.275688, 0.361658, 0.258752, 0.186318, 0.252856, 0.342839, 0.273029],
  }))
    for (const [i, value] of eight(name as keyof typeof outputs).entries()) expect(value).toBeCloseTo(expected[i]!, 5);
});

test("a folder and a bare file open as its class, with one config", async () => {
  const raw = Array.from(weights, ([name, { shape, data }]) => {
    return [name, { dtype: "F32", shape, data: new Uint8Array(data.buffer) }] as const;
  });
  const file = encodeSafetensors(new Map(raw));
  const name = "diffusion_pytorch_model.safetensors";
  const json = new TextEncoder().encode(JSON.stringify({ _class_name: "AsymmetricAutoencoderKL", ...config }));
  const folder = await openModel(
    memoryFiles(
      new Map([
        ["config.json", json],
        [name, file],
      ]),
    ),
  );
  const bare = await openModel({ ...memoryFiles(new Map([[name, file]])), file: name });
  for (const { components } of [folder, bare]) {
    const { className, config: actual, weights } = components.get("vae")!;
    expect([className, weights.size]).toEqual(["AsymmetricAutoencoderKL", names.size]);
    expect(parseAsymmetricConfig({ norm_num_groups: 2, ...actual })).toEqual(parseAsymmetricConfig(config));
  }
  expect(asymmetricLatentSpace(config)).toMatchObject({ factor: 8, vaeChannels: 4 });
});

test.each([
  [{ up_block_out_channels: [4, 8] }, '"up_block_out_channels" must have 4 entries'],
  [{ down_block_types: Array.from({ length: 4 }, () => "AttnDownEncoderBlock2D") }, '"down_block_types.0"'],
  [{ act_fn: "gelu" }, '"act_fn": "gelu"'],
])("%j is refused", (json, message) => {
  expect(() => parseAsymmetricConfig({ ...config, ...json })).toThrow(message);
});
