import { DEFAULT_SCALING_FACTOR, families } from "./families.ts";
import type { Family } from "./types.ts";

/** Red, green and blue. */
type Rgb = readonly [red: number, green: number, blue: number];

/** A linear map from a U-Net's latents to colours in about -1 .. 1: one latent is one pixel. */
export interface LatentRgb {
  /** What one unit of each channel adds. */
  readonly factors: readonly Rgb[];
  /** What latents of zeros look like. */
  readonly bias: Rgb;
}

/** "Decoding latents to RGB without upscaling", keturn 2022, by comparing pictures of Stable Diffusion 1.4. */
const sd1: LatentRgb = {
  factors: [
    [0.298, 0.207, 0.208],
    [0.187, 0.286, 0.173],
    [-0.158, 0.189, 0.264],
    [-0.184, -0.271, -0.473],
  ],
  bias: [0, 0, 0],
};

/** "Explaining the SDXL latent space", Vass 2024; there in 0 .. 255, around (150, 140, 130). */
const sdxl: LatentRgb = {
  factors: [
    [60 / 127.5, 60 / 127.5, 60 / 127.5],
    [-60 / 127.5, -5 / 127.5, 10 / 127.5],
    [25 / 127.5, 15 / 127.5, -5 / 127.5],
    [-70 / 127.5, -50 / 127.5, -35 / 127.5],
  ],
  bias: [150 / 127.5 - 1, 140 / 127.5 - 1, 130 / 127.5 - 1],
};

/** The published map of each family's latents; SD 2.x has that of SD 1.x. */
const published: Readonly<Record<Family, LatentRgb>> = { sd1, sd2: sd1, sdxl, "sdxl-refiner": sdxl };

/** How a family's latents look; undefined where the model's are scaled otherwise, which are another autoencoder's. */
export const publishedLatentRgb = (
  family: Family,
  { scaling_factor = DEFAULT_SCALING_FACTOR }: { readonly scaling_factor?: unknown } = {},
): LatentRgb | undefined => (families[family].scalingFactor === scaling_factor ? published[family] : undefined);
