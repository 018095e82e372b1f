import { z } from "zod";
import { configParser } from "../config.ts";

const size = z.int().positive();
/** One number for all blocks, or one a block. */
const perBlock = z.union([size, z.array(size)]);

const shared = {
  sample_size: size.nullable().default(null),
  center_input_sample: z.boolean().default(false),
  flip_sin_to_cos: z.boolean().default(true),
  freq_shift: z.number().default(0),
  time_embedding_dim: size.nullable().default(null),
  norm_num_groups: size.default(32),
  norm_eps: z.number().positive().default(1e-5),
  downsample_padding: z.union([z.literal(0), z.literal(1)]).default(1),
  mid_block_scale_factor: z.number().positive().default(1),
  resnet_time_scale_shift: z.enum(["default", "scale_shift"]).default("default"),
};
const sharedFixed = {
  act_fn: ["silu", "swish"],
  time_embedding_type: ["positional"],
  class_embed_type: [null],
  num_class_embeds: [null],
  dropout: [0],
};

interface Blocks {
  readonly block_out_channels: readonly number[];
  readonly down_block_types: readonly string[];
  readonly up_block_types: readonly string[];
}
type PerBlock = number | readonly number[];

/** One value a block. */
export const eachBlock = (value: PerBlock, blocks: number): readonly number[] =>
  typeof value === "number" ? Array.from({ length: blocks }, () => value) : value;

/** Says which list has not one entry a block, if any. */
function lengthsDiffer(config: Blocks, lists: Readonly<Record<string, PerBlock>> = {}): string | undefined {
  const n = config.block_out_channels.length;
  const { down_block_types, up_block_types } = config;
  const all: Record<string, number | readonly unknown[]> = { down_block_types, up_block_types, ...lists };
  const odd = Object.entries(all).find(([, list]) => typeof list !== "number" && list.length !== n);
  return odd && `"${odd[0]}" must have ${n} entries, one for each of "block_out_channels"`;
}

/** Reads the config of an unconditional U-Net, in diffusers' names and with its defaults. */
export const parseUNet2DConfig = configParser({
  model: "UNet2DModel",
  fields: {
    ...shared,
    in_channels: size.default(3),
    out_channels: size.default(3),
    down_block_types: z
      .array(z.enum(["DownBlock2D", "AttnDownBlock2D"]))
      .default(["DownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D"]),
    mid_block_type: z.literal("UNetMidBlock2D").nullable().default("UNetMidBlock2D"),
    up_block_types: z
      .array(z.enum(["UpBlock2D", "AttnUpBlock2D"]))
      .default(["AttnUpBlock2D", "AttnUpBlock2D", "AttnUpBlock2D", "UpBlock2D"]),
    block_out_channels: z.array(size).min(1).default([224, 448, 672, 896]),
    layers_per_block: size.default(2),
    attention_head_dim: size.nullable().default(8),
    attn_norm_num_groups: size.nullable().default(null),
    add_attention: z.boolean().default(true),
  },
  fixed: { ...sharedFixed, downsample_type: ["conv"], upsample_type: ["conv"] },
  inert: ["num_train_timesteps"],
  check: (config) => lengthsDiffer(config),
});
/** An unconditional U-Net's config with its defaults filled in. */
export type UNet2DConfig = ReturnType<typeof parseUNet2DConfig>;

/** Reads the config of a text-conditioned U-Net, in diffusers' names and with its defaults. */
export const parseUNet2DConditionConfig = configParser({
  model: "UNet2DConditionModel",
  fields: {
    ...shared,
    in_channels: size.default(4),
    out_channels: size.default(4),
    down_block_types: z
      .array(z.enum(["DownBlock2D", "CrossAttnDownBlock2D"]))
      .default(["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"]),
    mid_block_type: z.literal("UNetMidBlock2DCrossAttn").nullable().default("UNetMidBlock2DCrossAttn"),
    up_block_types: z
      .array(z.enum(["UpBlock2D", "CrossAttnUpBlock2D"]))
      .default(["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"]),
    block_out_channels: z.array(size).min(1).default([320, 640, 1280, 1280]),
    layers_per_block: perBlock.default(2),
    attention_head_dim: perBlock.default(8),
    cross_attention_dim: perBlock.default(1280),
    transformer_layers_per_block: perBlock.default(1),
    use_linear_projection: z.boolean().default(false),
    conv_in_kernel: size.default(3),
    conv_out_kernel: size.default(3),
  },
  fixed: {
    ...sharedFixed,
    addition_embed_type: [null],
    attention_type: ["default"],
    class_embeddings_concat: [false],
    cross_attention_norm: [null],
    dual_cross_attention: [false],
    encoder_hid_dim: [null],
    encoder_hid_dim_type: [null],
    mid_block_only_cross_attention: [null, false],
    num_attention_heads: [null],
    only_cross_attention: [false],
    resnet_out_scale_factor: [1],
    resnet_skip_time_act: [false],
    reverse_transformer_layers_per_block: [null],
    time_cond_proj_dim: [null],
    time_embedding_act_fn: [null],
    timestep_post_act: [null],
  },
  inert: [
    "addition_embed_type_num_heads",
    "addition_time_embed_dim",
    "projection_class_embeddings_input_dim",
    "upcast_attention",
  ],
  check: (config) => {
    const { layers_per_block, attention_head_dim, cross_attention_dim, transformer_layers_per_block } = config;
    const lists = { layers_per_block, attention_head_dim, cross_attention_dim, transformer_layers_per_block };
    return lengthsDiffer(config, lists);
  },
});
/** A conditional U-Net's config with its defaults filled in. */
export type UNet2DConditionConfig = ReturnType<typeof parseUNet2DConditionConfig>;
