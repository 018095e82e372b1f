/** Red, green and blue. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** A linear map from a U-Net's latents to colors in about -1 .. 1: one latent is one pixel. */
export interface LatentRgb {
  /** RGB of one unit of each channel. */
  readonly factors: readonly Rgb[];
  /** RGB of latents of zeros. */
  readonly bias: Rgb;
}

/** "Decoding latents to RGB without upscaling", keturn 2022, by comparing images of Stable Diffusion 1.4. */
export const sd1Rgb: LatentRgb = {
  factors: [
    [0.298, 0.207, 0.208],
    [0.187, 0.286, 0.173],
    [-0.158, 0.189, 0.264],
    [-0.184, -0.271, -0.473],
  ],
  bias: [0, 0, 0],
};

/** "Explaining the SDXL latent space", Vass 2024; there in 0 .. 255, around (150, 140, 130). */
export const sdxlRgb: LatentRgb = {
  factors: [
    [60 / 127.5, 60 / 127.5, 60 / 127.5],
    [-60 / 127.5, -5 / 127.5, 10 / 127.5],
    [25 / 127.5, 15 / 127.5, -5 / 127.5],
    [-70 / 127.5, -50 / 127.5, -35 / 127.5],
  ],
  bias: [150 / 127.5 - 1, 140 / 127.5 - 1, 130 / 127.5 - 1],
};
