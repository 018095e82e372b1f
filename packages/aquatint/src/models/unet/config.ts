import { boolean, field, integer, listOf, nullable, number, oneOf } from "../../util/fields.ts";
import { configParser } from "../config.ts";

const size = integer({ from: 1 });

/** The keys that all networks of this family have. */
export const shared = {
  flip_sin_to_cos: field(boolean, true),
  freq_shift: field(number(), 0),
  norm_num_groups: field(size, 32),
  norm_eps: field(number({ above: 0 }), 1e-5),
  downsample_padding: field(oneOf(0, 1), 1),
  mid_block_scale_factor: field(number({ above: 0 }), 1),
  resnet_time_scale_shift: field(oneOf("default", "scale_shift"), "default"),
};
/** The keys of whole U-Nets, besides. */
export const unetFields = {
  ...shared,
  sample_size: field(nullable(size), null),
  center_input_sample: field(boolean, false),
  time_embedding_dim: field(nullable(size), null),
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
    in_channels: field(size, 3),
    out_channels: field(size, 3),
    down_block_types: field(listOf(oneOf("DownBlock2D", "AttnDownBlock2D")), [
      "DownBlock2D",
      "AttnDownBlock2D",
      "AttnDownBlock2D",
      "AttnDownBlock2D",
    ]),
    mid_block_type: field(nullable(oneOf("UNetMidBlock2D")), "UNetMidBlock2D"),
    up_block_types: field(listOf(oneOf("UpBlock2D", "AttnUpBlock2D")), [
      "AttnUpBlock2D",
      "AttnUpBlock2D",
      "AttnUpBlock2D",
      "UpBlock2D",
    ]),
    block_out_channels: field(listOf(size, { min: 1 }), [224, 448, 672, 896]),
    layers_per_block: field(size, 2),
    attention_head_dim: field(nullable(size), 8),
    attn_norm_num_groups: field(nullable(size), null),
    add_attention: field(boolean, true),
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
