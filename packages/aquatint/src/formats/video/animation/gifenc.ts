/** Colors, each of red, green and blue. */
export type GifPalette = readonly (readonly number[])[];

/** The part of the package gifenc that is used; it has no types of its own. */
export interface GifModule {
  GIFEncoder(): GifEncoder;
  /** A palette of at most so many colors for RGBA pixels. */
  quantize(rgba: Uint8Array, colors: number): GifPalette;
  /** Index of the nearest color for each RGBA pixel. */
  applyPalette(rgba: Uint8Array, palette: GifPalette): Uint8Array;
}

/** A GIF file that is being written. */
export interface GifEncoder {
  writeFrame(indexes: Uint8Array, width: number, height: number, options: GifFrameOptions): void;
  finish(): void;
  bytes(): Uint8Array;
}

/** The functions of the package: in Node they hang on its default export, in bundles they have names. */
export const gifFunctions = (module: GifModule | { readonly default: GifModule }): GifModule =>
  "quantize" in module ? module : module.default;

/** Palette, time and transparency of a frame of a GIF file. */
export interface GifFrameOptions {
  /** The palette of all frames, for the first. */
  readonly palette?: GifPalette;
  /** Repetitions, for the first: 0 for ever, -1 never. */
  readonly repeat?: number;
  readonly transparent?: boolean;
  readonly transparentIndex?: number;
  /** 2 clears the frame after it was shown. */
  readonly dispose?: number;
  /** Milliseconds. */
  readonly delay: number;
}
