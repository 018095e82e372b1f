import type { Colour } from "../../formats/image.ts";
import type { RgbaPicture } from "./compose.ts";

/** Two colours that differ by more than this in red, green or blue can be told apart in a small picture. */
const TOLD_APART = 40;

/** The share of a picture's opaque pixels, 0 .. 1, that can be told apart from a ground of the colour `rgb`. */
export function visibleShare({ data }: RgbaPicture, rgb: Colour): number {
  let opaque = 0;
  let visible = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3]! < 128) continue;
    opaque++;
    if (rgb.some((value, channel) => Math.abs(value - data[at + channel]!) > TOLD_APART)) visible++;
  }
  return opaque === 0 ? 0 : visible / opaque;
}
