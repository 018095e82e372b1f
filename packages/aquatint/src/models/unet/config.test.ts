import { describe, expect, test } from "vitest";
import { parseUNet2DConditionConfig, parseUNet2DConfig } from "./index.ts";

const failing = (code: string, message: string) => expect.objectContaining({ code, message });

describe("a U-Net's config", () => {
  test("missing keys take diffusers' defaults", () => {
    expect(parseUNet2DConfig({})).toMatchObject({
      block_out_channels: [224, 448, 672, 896],
      attention_head_dim: 8,
      freq_shift: 0,
    });
    expect(parseUNet2DConditionConfig({})).toMatchObject({
      cross_attention_dim: 1280,
      layers_per_block: 2,
      sample_size: null,
    });
  });

  test("keys with an underscore and keys that change no number pass", () => {
    const json = {
      _class_name: "UNet2DConditionModel",
      _mine: 1,
      upcast_attention: true,
      addition_embed_type_num_heads: 64,
    };
    expect(parseUNet2DConditionConfig(json)).toEqual(parseUNet2DConditionConfig({}));
  });

  test("options that are not known here pass at the value that leaves them off", () => {
    const off = {
      dual_cross_attention: false,
      class_embed_type: null,
      encoder_hid_dim: null,
      resnet_out_scale_factor: 1,
      time_cond_proj_dim: null,
    };
    expect(parseUNet2DConditionConfig(off)).toEqual(parseUNet2DConditionConfig({}));
  });

  test.each([
    [
      "an option that is not known",
      { dual_cross_attention: true },
      "config/unsupported",
      `has "dual_cross_attention": true, supported is false`,
    ],
    [
      "another embedding",
      { addition_embed_type: "image" },
      "config/value",
      `has "addition_embed_type": "image", expected "text_time" or null`,
    ],
    ["an unknown key", { attn_head_dim: 8 }, "config/unknown-key", `has an unknown key "attn_head_dim": 8`],
    [
      "an unknown block",
      { down_block_types: ["SkipDownBlock2D"] },
      "config/value",
      `has "down_block_types.0": "SkipDownBlock2D", expected "DownBlock2D" or "CrossAttnDownBlock2D"`,
    ],
    [
      "a number that is text",
      { norm_eps: "small" },
      "config/value",
      `has "norm_eps": "small", expected a number above 0`,
    ],
  ])("%s is refused", (_, json, code, message) => {
    expect(() => parseUNet2DConditionConfig(json)).toThrow(
      failing(code, `the config of UNet2DConditionModel ${message}`),
    );
  });

  test.each([
    [{ block_out_channels: [32, 64] }, "down_block_types", 2],
    [{ attention_head_dim: [5, 10] }, "attention_head_dim", 4],
  ])("%j is refused: %s should have %i entries", (json, key, n) => {
    const message = `the config of UNet2DConditionModel: "${key}" must have ${n} entries, one for each of "block_out_channels"`;
    expect(() => parseUNet2DConditionConfig(json)).toThrow(failing("config/value", message));
  });

  const added = { addition_embed_type: "text_time", addition_time_embed_dim: 256 };
  test.each([
    [
      { transformer_layers_per_block: [1, [2, 2], [4, 4], 1] },
      `"transformer_layers_per_block" has lists in it and "reverse_transformer_layers_per_block" is missing`,
    ],
    [
      { transformer_layers_per_block: [1, [2, 2, 2], 1, 1] },
      `"transformer_layers_per_block" must have 2 entries for block 1, got [2,2,2]`,
    ],
    [
      { reverse_transformer_layers_per_block: [1, [2, 2], 1, 1] },
      `"reverse_transformer_layers_per_block" must have 3 entries for block 1, got [2,2]`,
    ],
    [
      { addition_embed_type: "text_time" },
      `"addition_time_embed_dim" must be a number where "addition_embed_type" is set`,
    ],
    [added, `"projection_class_embeddings_input_dim" must be a number where "addition_embed_type" is set`],
    [
      { class_embed_type: "projection" },
      `"projection_class_embeddings_input_dim" must be a number where "class_embed_type" is set`,
    ],
  ])("%j is refused", (json, message) => {
    expect(() => parseUNet2DConditionConfig(json)).toThrow(
      failing("config/value", `the config of UNet2DConditionModel: ${message}`),
    );
  });

  test.each([[null], ["text"], [[1]]])("%j is no config", (json) => {
    expect(() => parseUNet2DConfig(json)).toThrow(
      failing("config/value", "the config of UNet2DModel is not a JSON object"),
    );
  });
});
