import { boolean, field, integer, listOf, nullable, number, oneOf } from "../../util/fields.ts";
import { configParser } from "../config.ts";

const size = integer({ from: 1 });

/** Reads the config of Stable Diffusion's autoencoder, in diffusers' names and with its defaults. */
export const parseAutoencoderConfig = configParser({
  model: "AutoencoderKL",
  fields: {
    in_channels: field(size, 3),
    out_channels: field(size, 3),
    down_block_types: field(listOf(oneOf("DownEncoderBlock2D", "AttnDownEncoderBlock2D")), ["DownEncoderBlock2D"]),
    up_block_types: field(listOf(oneOf("UpDecoderBlock2D", "AttnUpDecoderBlock2D")), ["UpDecoderBlock2D"]),
    block_out_channels: field(listOf(size, { min: 1 }), [64]),
    layers_per_block: field(size, 1),
    latent_channels: field(size, 4),
    norm_num_groups: field(size, 32),
    sample_size: field(size, 32),
    scaling_factor: field(number({ above: 0 }), 0.18215),
    shift_factor: field(nullable(number()), null),
    use_quant_conv: field(boolean, true),
    use_post_quant_conv: field(boolean, true),
    mid_block_add_attention: field(boolean, true),
    /** The published weights overflow in half precision: compute in float32, as is always done here. */
    force_upcast: field(boolean, true),
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
