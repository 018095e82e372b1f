import { z } from "zod";
import { configParser } from "../config.ts";

const size = z.int().positive();

/** Reads the config of Stable Diffusion's autoencoder, in diffusers' names and with its defaults. */
export const parseAutoencoderConfig = configParser({
  model: "AutoencoderKL",
  fields: {
    in_channels: size.default(3),
    out_channels: size.default(3),
    down_block_types: z.array(z.enum(["DownEncoderBlock2D", "AttnDownEncoderBlock2D"])).default(["DownEncoderBlock2D"]),
    up_block_types: z.array(z.enum(["UpDecoderBlock2D", "AttnUpDecoderBlock2D"])).default(["UpDecoderBlock2D"]),
    block_out_channels: z.array(size).min(1).default([64]),
    layers_per_block: size.default(1),
    latent_channels: size.default(4),
    norm_num_groups: size.default(32),
    sample_size: size.default(32),
    scaling_factor: z.number().positive().default(0.18215),
    shift_factor: z.number().nullable().default(null),
    use_quant_conv: z.boolean().default(true),
    use_post_quant_conv: z.boolean().default(true),
    mid_block_add_attention: z.boolean().default(true),
    /** The published weights overflow in half precision: compute in float32, as is always done here. */
    force_upcast: z.boolean().default(true),
  },
  fixed: { act_fn: ["silu", "swish"], latents_mean: [null], latents_std: [null] },
  inert: [],
  check: (config) => {
    const { block_out_channels, down_block_types, up_block_types, norm_num_groups } = config;
    const odd = Object.entries({ down_block_types, up_block_types }).find(
      ([, list]) => list.length !== block_out_channels.length,
    );
    if (odd) return `"${odd[0]}" must have ${block_out_channels.length} entries, one for each of "block_out_channels"`;
    const ragged = block_out_channels.find((channels) => channels % norm_num_groups);
    return ragged === undefined
      ? undefined
      : `"block_out_channels": ${ragged} is not a multiple of the ${norm_num_groups} "norm_num_groups"`;
  },
});
/** An autoencoder's config with its defaults filled in. */
export type AutoencoderConfig = ReturnType<typeof parseAutoencoderConfig>;
