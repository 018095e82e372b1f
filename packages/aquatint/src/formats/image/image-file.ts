import { AquatintError } from "../../errors.ts";
import type { Image } from "./image.ts";

/** An image as it was read from a file: upright, in 8 bits, with alpha only where the file has it. */
export interface ImageFile extends Image {
  /** Losses in reading the file, as short sentences: "the first of 12 frames is used". */
  readonly notes: readonly string[];
}

/** The pixels alone, without their alpha where nothing is transparent. */
export function withoutOpaqueAlpha({ width, height, channels, data }: Image): Image {
  const image = { width, height, channels, data };
  if (channels === 3) return image;
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return image;
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    for (let c = 0; c < 3; c++) rgb[to + c] = data[from + c]!;
  }
  return { width, height, channels: 3, data: rgb };
}

/** Note about a file with several frames or pages. */
export const framesNote = (frames: number): readonly string[] =>
  frames > 1 ? [`the first of its ${frames} frames is used`] : [];

/** Refuses an image of more pixels than allowed. @throws AquatintError "image/too-large". */
export function checkPixels(
  { width, height }: Pick<Image, "width" | "height">,
  { name, maxPixels }: { readonly name: string; readonly maxPixels: number },
): void {
  if (width * height <= maxPixels) return;
  throw new AquatintError(
    "image/too-large",
    `${name}: ${width} x ${height} pixels are more than the ${maxPixels} that are read`,
    { hint: "make it smaller" },
  );
}
