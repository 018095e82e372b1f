import { boolean, either, field, integer, listOf, oneOf } from "../../util/fields.ts";
import { configParser } from "../config.ts";

const size = integer({ from: 1 });
/** One number for all, one a block, or one for each motion module of a block. */
const perModule = either(size, listOf(either(size, listOf(size))));

/** Reads the config of an AnimateDiff adapter, in diffusers' names and with its defaults. */
export const parseMotionAdapterConfig = configParser({
  model: "MotionAdapter",
  fields: {
    block_out_channels: field(listOf(size, { min: 1 }), [320, 640, 1280, 1280]),
    motion_layers_per_block: field(either(size, listOf(size)), 2),
    motion_transformer_layers_per_block: field(perModule, 1),
    motion_mid_block_layers_per_block: field(oneOf(1), 1),
    motion_transformer_layers_per_mid_block: field(either(size, listOf(size, { min: 1, max: 1 })), 1),
    motion_num_attention_heads: field(either(size, listOf(size)), 8),
    motion_norm_num_groups: field(size, 32),
    motion_max_seq_length: field(size, 32),
    use_motion_mid_block: field(boolean, true),
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
