import { AquatintError } from "../../errors.ts";
import { scaleLatent, unscaleLatent } from "../autoencoder/autoencoder-kl.ts";
import type { LatentSpace } from "../autoencoder/latent-space.ts";
import { AutoencoderTiny } from "./autoencoder-tiny.ts";
import { parseAutoencoderTinyConfig } from "./config.ts";

/** The latents of the distilled autoencoder (TAESD), whose encoder gives them itself. @throws AquatintError "config/…". */
export function tinyLatentSpace(json: unknown): LatentSpace {
  const vae = AutoencoderTiny(parseAutoencoderTinyConfig(json));
  const { config } = vae;
  const factor = 2 ** (config.encoder_block_out_channels.length - 1);
  const larger = config.upsampling_scaling_factor ** (config.decoder_block_out_channels.length - 1);
  if (factor !== larger) {
    const problem = `the tiny autoencoder's encoder divides the size by ${factor}, its decoder multiplies it by ${larger}`;
    throw new AquatintError("config/value", problem, { hint: "show it as a preview: --preview-model PATH" });
  }
  return {
    vae,
    vaeChannels: config.latent_channels,
    factor,
    multiple: factor,
    decode: (z) => vae.decode(unscaleLatent(z, config)),
    encode: (pixels) => scaleLatent(vae.encode(pixels), config),
  };
}
