import { z } from "zod";
import { configParser } from "../config.ts";

const size = z.int().positive();
/** One number for all, one a block, or one for each motion module of a block. */
const perModule = z.union([size, z.array(z.union([size, z.array(size)]))]);

/** Reads the config of an AnimateDiff adapter, in diffusers' names and with its defaults. */
export const parseMotionAdapterConfig = configParser({
  model: "MotionAdapter",
  fields: {
    block_out_channels: z.array(size).min(1).default([320, 640, 1280, 1280]),
    motion_layers_per_block: z.union([size, z.array(size)]).default(2),
    motion_transformer_layers_per_block: perModule.default(1),
    motion_mid_block_layers_per_block: z.literal(1).default(1),
    motion_transformer_layers_per_mid_block: z.union([size, z.array(size).length(1)]).default(1),
    motion_num_attention_heads: z.union([size, z.array(size)]).default(8),
    motion_norm_num_groups: size.default(32),
    motion_max_seq_length: size.default(32),
    use_motion_mid_block: z.boolean().default(true),
  },
  fixed: { conv_in_channels: [null] },
  inert: [],
  check: ({ block_out_channels: channels, ...config }) => {
    const lists = [
      ["motion_layers_per_block", config.motion_layers_per_block],
      ["motion_transformer_layers_per_block", config.motion_transformer_layers_per_block],
      ["motion_num_attention_heads", config.motion_num_attention_heads],
    ] as const;
    const other = lists.find(([, value]) => Array.isArray(value) && value.length !== channels.length);
    return other && `"${other[0]}" must have ${channels.length} entries, one a block`;
  },
});
/** An AnimateDiff adapter's config with its defaults filled in. */
export type MotionAdapterConfig = ReturnType<typeof parseMotionAdapterConfig>;
