import { field, integer, listOf, number, oneOf } from "../../util/fields.ts";
import { configParser } from "../config.ts";

const size = integer({ from: 1 });
const widths = field(listOf(size, { min: 1 }), [64, 64, 64, 64]);

/** Reads the config of a tiny autoencoder, in diffusers' names and with its defaults. */
export const parseAutoencoderTinyConfig = configParser({
  model: "AutoencoderTiny",
  fields: {
    in_channels: field(size, 3),
    out_channels: field(size, 3),
    encoder_block_out_channels: widths,
    decoder_block_out_channels: widths,
    act_fn: field(oneOf("relu", "silu", "swish", "mish", "gelu"), "relu"),
    latent_channels: field(size, 4),
    upsampling_scaling_factor: field(size, 2),
    num_encoder_blocks: field(listOf(integer({ from: 0 })), [1, 3, 3, 3]),
    num_decoder_blocks: field(listOf(integer({ from: 0 })), [3, 3, 3, 1]),
    latent_magnitude: field(number({ above: 0 }), 3),
    latent_shift: field(number(), 0.5),
    scaling_factor: field(number({ above: 0 }), 1),
    shift_factor: field(number(), 0),
  },
  fixed: { upsample_fn: ["nearest"] },
  inert: ["block_out_channels", "force_upcast"],
  check: (config) =>
    uneven("encoder", config.encoder_block_out_channels, config.num_encoder_blocks) ??
    uneven("decoder", config.decoder_block_out_channels, config.num_decoder_blocks),
});
/** A tiny autoencoder's config with its defaults filled in. */
export type AutoencoderTinyConfig = ReturnType<typeof parseAutoencoderTinyConfig>;

function uneven(half: string, channels: readonly number[], blocks: readonly number[]): string | undefined {
  const key = `"${half}_block_out_channels"`;
  if (channels.length !== blocks.length)
    return `"num_${half}_blocks" must have ${channels.length} entries, as ${key} has`;
  return new Set(channels).size > 1 ? `${key} must be one width throughout, got ${channels.join(", ")}` : undefined;
}
