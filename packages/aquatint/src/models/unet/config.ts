import { z } from "zod";
import { configParser } from "../config.ts";

const size = z.int().positive();

/** The keys that all networks of this family have. */
export const shared = {
  flip_sin_to_cos: z.boolean().default(true),
  freq_shift: z.number().default(0),
  norm_num_groups: size.default(32),
  norm_eps: z.number().positive().default(1e-5),
  downsample_padding: z.union([z.literal(0), z.literal(1)]).default(1),
  mid_block_scale_factor: z.number().positive().default(1),
  resnet_time_scale_shift: z.enum(["default", "scale_shift"]).default("default"),
};
/** The keys of whole U-Nets, besides. */
export const unetFields = {
  ...shared,
  sample_size: size.nullable().default(null),
  center_input_sample: z.boolean().default(false),
  time_embedding_dim: size.nullable().default(null),
};
/** Fields that are supported at these values only, in all of them. */
export const sharedFixed = { act_fn: ["silu", "swish"] };
/** The same, in whole U-Nets. */
export const wholeFixed = { ...sharedFixed, time_embedding_type: ["positional"], dropout: [0] };

interface Blocks {
  readonly block_out_channels: readonly number[];
}
type Lists = Readonly<Record<string, number | boolean | readonly unknown[] | null>>;

/** Says which list has not one entry a block, if any. */
export function lengthsDiffer({ block_out_channels }: Blocks, lists: Lists): string | undefined {
  const n = block_out_channels.length;
  const odd = Object.entries(lists).find(([, list]) => Array.isArray(list) && list.length !== n);
  return odd && `"${odd[0]}" must have ${n} entries, one for each of "block_out_channels"`;
}

/** Reads the config of an unconditional U-Net, in diffusers' names and with its defaults. */
export const parseUNet2DConfig = configParser({
  model: "UNet2DModel",
  fields: {
    ...unetFields,
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
  fixed: {
    ...wholeFixed,
    class_embed_type: [null],
    num_class_embeds: [null],
    downsample_type: ["conv"],
    upsample_type: ["conv"],
  },
  inert: ["num_train_timesteps"],
  check: (config) => {
    const { down_block_types, up_block_types } = config;
    return lengthsDiffer(config, { down_block_types, up_block_types });
  },
});
/** An unconditional U-Net's config with its defaults filled in. */
export type UNet2DConfig = ReturnType<typeof parseUNet2DConfig>;
