import { expect, test } from "vitest";
import { parameters } from "../../nn/module.ts";
import { input } from "../../ops/leaves.ts";
import { AutoencoderTiny, parseAutoencoderTinyConfig } from "./index.ts";

const small = { num_encoder_blocks: [1, 2], num_decoder_blocks: [2, 0] };
const widths = { encoder_block_out_channels: [4, 4], decoder_block_out_channels: [6, 6] };

test("latents are half as high and wide for each step, and come back; places without weights keep their number", () => {
  const model = AutoencoderTiny(parseAutoencoderTinyConfig({ ...small, ...widths, upsampling_scaling_factor: 2 }));
  const latents = model.encode(input({ name: "x", dtype: "float32", shape: [1, 3, 8, 12] }));
  expect(latents.shape).toEqual([1, 4, 4, 6]);
  expect(model.decode(latents).shape).toEqual([1, 3, 8, 12]);
  const convolutions = [...parameters(model).keys()].filter((key) => /^decoder.layers.\d+.weight/.test(key));
  expect(convolutions).toEqual(["decoder.layers.0.weight", "decoder.layers.5.weight", "decoder.layers.6.weight"]);
});

test.each([
  [{ ...widths, num_encoder_blocks: [1] }, `"num_encoder_blocks" must have 2 entries`],
  [{ decoder_block_out_channels: [64, 64, 32, 64] }, `must be one width throughout, got 64, 64, 32, 64`],
  [{ upsample_fn: "bilinear" }, `"upsample_fn": "bilinear", supported is "nearest"`],
  [{ act_fn: "tanh" }, `"act_fn": "tanh"`],
])("%j is refused", (json, message) => {
  expect(() => parseAutoencoderTinyConfig(json)).toThrow(message);
});
