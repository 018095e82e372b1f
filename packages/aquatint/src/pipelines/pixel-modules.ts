import { CLIPTextModel, parseClipTextConfig } from "../models/clip/index.ts";
import { parseUNet2DConditionConfig, UNet2DConditionModel } from "../models/unet/index.ts";

/** The two networks of a pixel model, without weights. */
export interface PixelModules {
  readonly unet: ReturnType<typeof UNet2DConditionModel>;
  readonly textEncoder: ReturnType<typeof CLIPTextModel>;
  /** Values for each pixel: 3 for RGB. */
  readonly channels: number;
  /** Height and width that the U-Net was trained at, in pixels. */
  readonly sampleSize: number;
  /** Heights and widths must be multiples of this. */
  readonly multiple: number;
}

/** Builds the networks that two configurations describe. @throws AquatintError "config/…" for a wrong one. */
export function pixelModules({
  unet,
  text_encoder,
}: {
  readonly unet: unknown;
  readonly text_encoder: unknown;
}): PixelModules {
  const config = parseUNet2DConditionConfig(unet);
  return {
    unet: UNet2DConditionModel(config),
    textEncoder: CLIPTextModel(parseClipTextConfig(text_encoder)),
    channels: config.in_channels,
    sampleSize: config.sample_size ?? 32,
    multiple: 2 ** (config.block_out_channels.length - 1),
  };
}
