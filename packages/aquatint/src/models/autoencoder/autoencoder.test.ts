import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deviation, evaluate, noise, noiseWeights } from "../../../test/evaluate.ts";
import { readSafetensorsHeader } from "../../formats/files.node.ts";
import { float32 } from "../../graph/host-tensor.ts";
import { sizeOf } from "../../graph/types.ts";
import { parameters } from "../../nn/module.ts";
import { input } from "../../ops/leaves.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import { AutoencoderKL, parseAutoencoderConfig, samplePosterior, scaleLatent, unscaleLatent } from "./index.ts";

/** As the config.json of stable-diffusion-v1-5/vae has it. */
const sd15 = {
  _class_name: "AutoencoderKL",
  _diffusers_version: "0.6.0",
  act_fn: "silu",
  block_out_channels: [128, 256, 512, 512],
  down_block_types: ["DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D"],
  in_channels: 3,
  latent_channels: 4,
  layers_per_block: 2,
  norm_num_groups: 32,
  out_channels: 3,
  sample_size: 512,
  up_block_types: ["UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D"],
};
const keysOf = (json: object) => parameters(AutoencoderKL(parseAutoencoderConfig(json)));

describe("the structure of Stable Diffusion 1.x, at full size", () => {
  const names = keysOf(sd15);
  const list = (prefix: string) =>
    Array.from(names, ([name, { shape }]) => `${name} [${shape}]`).filter((line) => line.startsWith(prefix));

  test("has the published number of weights, under the names that diffusers writes", async () => {
    expect([...names.values()].reduce((n, { shape }) => n + sizeOf(shape), 0)).toBe(83_653_863);
    const published = new URL("../../../test/fixtures/parity/tiny-vae/vae/", import.meta.url).pathname;
    const { tensors } = await readSafetensorsHeader(`${published}diffusion_pytorch_model.safetensors`);
    const widened = ["decoder.up_blocks.3.resnets.0", "encoder.down_blocks.1.resnets.0"]; // not in the small file's widths
    const shortcuts = widened.flatMap((block) => [`${block}.conv_shortcut.bias`, `${block}.conv_shortcut.weight`]);
    expect([...names.keys()].sort()).toEqual([...tensors.keys(), ...shortcuts].sort());
  });

  test("has the published shapes", () => {
    expect(list("encoder.down_blocks.1.").join("\n")).toMatchInlineSnapshot(`
      "encoder.down_blocks.1.resnets.0.norm1.weight [128]
      encoder.down_blocks.1.resnets.0.norm1.bias [128]
      encoder.down_blocks.1.resnets.0.conv1.weight [256,128,3,3]
      encoder.down_blocks.1.resnets.0.conv1.bias [256]
      encoder.down_blocks.1.resnets.0.norm2.weight [256]
      encoder.down_blocks.1.resnets.0.norm2.bias [256]
      encoder.down_blocks.1.resnets.0.conv2.weight [256,256,3,3]
      encoder.down_blocks.1.resnets.0.conv2.bias [256]
      encoder.down_blocks.1.resnets.0.conv_shortcut.weight [256,128,1,1]
      encoder.down_blocks.1.resnets.0.conv_shortcut.bias [256]
      encoder.down_blocks.1.resnets.1.norm1.weight [256]
      encoder.down_blocks.1.resnets.1.norm1.bias [256]
      encoder.down_blocks.1.resnets.1.conv1.weight [256,256,3,3]
      encoder.down_blocks.1.resnets.1.conv1.bias [256]
      encoder.down_blocks.1.resnets.1.norm2.weight [256]
      encoder.down_blocks.1.resnets.1.norm2.bias [256]
      encoder.down_blocks.1.resnets.1.conv2.weight [256,256,3,3]
      encoder.down_blocks.1.resnets.1.conv2.bias [256]
      encoder.down_blocks.1.downsamplers.0.conv.weight [256,256,3,3]
      encoder.down_blocks.1.downsamplers.0.conv.bias [256]"
    `);
    expect(list("decoder.up_blocks.2.resnets.0.").join("\n")).toMatchInlineSnapshot(`
      "decoder.up_blocks.2.resnets.0.norm1.weight [512]
      decoder.up_blocks.2.resnets.0.norm1.bias [512]
      decoder.up_blocks.2.resnets.0.conv1.weight [256,512,3,3]
      decoder.up_blocks.2.resnets.0.conv1.bias [256]
      decoder.up_blocks.2.resnets.0.norm2.weight [256]
      decoder.up_blocks.2.resnets.0.norm2.bias [256]
      decoder.up_blocks.2.resnets.0.conv2.weight [256,256,3,3]
      decoder.up_blocks.2.resnets.0.conv2.bias [256]
      decoder.up_blocks.2.resnets.0.conv_shortcut.weight [256,512,1,1]
      decoder.up_blocks.2.resnets.0.conv_shortcut.bias [256]"
    `);
    expect(list("decoder.mid_block.attentions").join("\n")).toMatchInlineSnapshot(`
      "decoder.mid_block.attentions.0.group_norm.weight [512]
      decoder.mid_block.attentions.0.group_norm.bias [512]
      decoder.mid_block.attentions.0.to_q.weight [512,512]
      decoder.mid_block.attentions.0.to_q.bias [512]
      decoder.mid_block.attentions.0.to_k.weight [512,512]
      decoder.mid_block.attentions.0.to_k.bias [512]
      decoder.mid_block.attentions.0.to_v.weight [512,512]
      decoder.mid_block.attentions.0.to_v.bias [512]
      decoder.mid_block.attentions.0.to_out.0.weight [512,512]
      decoder.mid_block.attentions.0.to_out.0.bias [512]"
    `);
    expect([...list("quant_conv"), ...list("post_quant_conv")].join("\n")).toMatchInlineSnapshot(`
      "quant_conv.weight [8,8,1,1]
      quant_conv.bias [8]
      post_quant_conv.weight [4,4,1,1]
      post_quant_conv.bias [4]"
    `);
  });
});

const tiny = {
  block_out_channels: [8, 16],
  down_block_types: ["DownEncoderBlock2D", "AttnDownEncoderBlock2D"],
  up_block_types: ["AttnUpDecoderBlock2D", "UpDecoderBlock2D"],
  norm_num_groups: 4,
};

test("attention in a block stands after each residual block; parts that are switched off have no weights", () => {
  const names = [...keysOf({ ...tiny, use_quant_conv: false, mid_block_add_attention: false }).keys()];
  expect(names.filter((name) => name.endsWith("to_q.weight"))).toEqual([
    "encoder.down_blocks.1.attentions.0.to_q.weight",
    "decoder.up_blocks.0.attentions.0.to_q.weight",
    "decoder.up_blocks.0.attentions.1.to_q.weight",
  ]);
  expect(names.filter((name) => name.includes("quant_conv"))).toEqual([
    "post_quant_conv.weight",
    "post_quant_conv.bias",
  ]);
});

describe("configs", () => {
  test.each([
    [{ ...tiny, latents_mean: [0.1, 0.2, 0.3, 0.4] }, '"latents_mean": [0.1,0.2,0.3,0.4], supported is null'],
    [{ ...tiny, down_block_types: ["DownEncoderBlock2D"] }, '"down_block_types" must have 2 entries'],
    [{ ...tiny, norm_num_groups: 3 }, "8 is not a multiple of the 3"],
    [{ ...tiny, scaling_factor: 0 }, '"scaling_factor": 0'],
    [{ ...tiny, temporal: true }, 'unknown key "temporal"'],
  ])("%j is refused", (json, message) => {
    expect(() => parseAutoencoderConfig(json)).toThrow(message);
  });
});

describe("latents", () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await nodeRuntime({ threads: 1 });
  });
  afterAll(() => runtime[Symbol.asyncDispose]());
  const feed = (name: string, shape: readonly number[]) => input({ name, dtype: "float32", shape });

  test("are half as high and wide for each step down, and decode to the image's size", async () => {
    const model = AutoencoderKL(parseAutoencoderConfig(tiny));
    const names = parameters(model);
    const { mean } = model.encode(feed("x", [2, 3, 8, 12]));
    expect(mean.shape).toEqual([2, 4, 4, 6]);
    const outputs = { single: model(feed("x", [2, 3, 8, 12])), parts: model.decode(mean) };
    const feeds = { x: noise([2, 3, 8, 12]) };
    const { single, parts } = await evaluate(runtime, outputs, { feeds, names, values: noiseWeights(names) });
    expect(single!.shape).toEqual([2, 3, 8, 12]);
    expect(deviation(single, parts!.data)).toBe(0);
  });

  test("are drawn with the posterior's deviation, whose logarithm is clamped", async () => {
    const posterior = { mean: feed("mean", [3]), logVariance: feed("logVariance", [3]) };
    const drawn = samplePosterior(posterior, feed("noise", [3]));
    const feeds = {
      mean: float32([3], [0.5, -1, 2]),
      logVariance: float32([3], [0, Math.log(4), -30]),
      noise: float32([3], [1, -0.5, 3]),
    };
    const { z } = await evaluate(runtime, { z: drawn }, { feeds });
    expect(deviation(z, [1.5, -2, 2])).toBeLessThan(1e-6);
    const model = AutoencoderKL(parseAutoencoderConfig({ ...tiny, use_quant_conv: false }));
    const names = parameters(model);
    const values = noiseWeights(names);
    values.set("encoder.conv_out.bias", float32([8], [0, 0, 0, 0, 500, -500, 500, -500]));
    const { logVariance } = model.encode(feed("x", [1, 3, 2, 2]));
    const results = await evaluate(runtime, { logVariance }, { feeds: { x: noise([1, 3, 2, 2]) }, names, values });
    expect([...results["logVariance"]!.data]).toEqual([20, -30, 20, -30]);
  });

  test.each([null, 0.06])("scaled with the shift %s are scaled back", async (shift_factor) => {
    const config = { scaling_factor: 0.36, shift_factor };
    const z = feed("z", [2]);
    const outputs = { there: scaleLatent(z, config), back: unscaleLatent(scaleLatent(z, config), config) };
    const { there, back } = await evaluate(runtime, outputs, { feeds: { z: float32([2], [1, -2]) } });
    const shift = shift_factor ?? 0;
    expect(deviation(there, [(1 - shift) * 0.36, (-2 - shift) * 0.36])).toBeLessThan(1e-6);
    expect(deviation(back, [1, -2])).toBeLessThan(1e-6);
  });

  test("of an image whose sides are no multiples are refused", () => {
    const model = AutoencoderKL(parseAutoencoderConfig(tiny));
    expect(() => model.encode(feed("x", [1, 3, 7, 8]))).toThrow("expected sides that are multiples of 2, got 7 x 8");
  });
});
