import { tinyConfigs } from "../src/train/tiny.cases.ts";
import { randomModel, tinyScheduler } from "./tiny-pixel-model.ts";

const LEVELS = 4;
const CHANNELS = 8;

export interface TinyLatentOptions {
  readonly seed?: number;
  /** Whether the decoder's values pass 65504, so that it overflows in float16 and does not in float32. */
  readonly overflows?: boolean;
}

/** The files of a latent model with random weights: 64 x 64 pixels, multiples of 8. */
export const tinyLatentModel = ({ seed = 0, overflows = false }: TinyLatentOptions = {}) =>
  randomModel({
    configs: {
      ...tinyConfigs,
      unet: { ...tinyConfigs.unet, in_channels: 4, out_channels: 4 },
      vae: {
        block_out_channels: Array(LEVELS).fill(CHANNELS),
        down_block_types: Array(LEVELS).fill("DownEncoderBlock2D"),
        up_block_types: Array(LEVELS).fill("UpDecoderBlock2D"),
        norm_num_groups: 4,
        sample_size: 64,
      },
      scheduler: tinyScheduler,
    },
    seed,
    dtype: "F32",
    // what comes after is normalized, so a factor changes nothing but how large the numbers are
    ...(overflows && { factors: { "vae.decoder.conv_in.weight": 1e7 } }),
  });
