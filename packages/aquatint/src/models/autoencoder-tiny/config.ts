import { z } from "zod";
import { configParser } from "../config.ts";

const size = z.int().positive();
const widths = z.array(size).min(1).default([64, 64, 64, 64]);

/** Reads the config of a tiny autoencoder, in diffusers' names and with its defaults. */
export const parseAutoencoderTinyConfig = configParser({
  model: "AutoencoderTiny",
  fields: {
    in_channels: size.default(3),
    out_channels: size.default(3),
    encoder_block_out_channels: widths,
    decoder_block_out_channels: widths,
    act_fn: z.enum(["relu", "silu", "swish", "mish", "gelu"]).default("relu"),
    latent_channels: size.default(4),
    upsampling_scaling_factor: size.default(2),
    num_encoder_blocks: z.array(z.int().nonnegative()).default([1, 3, 3, 3]),
    num_decoder_blocks: z.array(z.int().nonnegative()).default([3, 3, 3, 1]),
    latent_magnitude: z.number().positive().default(3),
    latent_shift: z.number().default(0.5),
    scaling_factor: z.number().positive().default(1),
    shift_factor: z.number().default(0),
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
