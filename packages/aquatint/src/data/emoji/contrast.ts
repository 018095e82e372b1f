import type { Colour } from "../../formats/image.ts";
import type { RgbaPicture } from "./compose.ts";

/** Two colours that differ by more than this in red, green or blue can be told apart in a small picture. */
const TOLD_APART = 48;

/** The share of a picture's opaque pixels, 0 .. 1, that can be told apart from a ground of the colour `rgb`. */
export function visibleShare({ data }: RgbaPicture, rgb: Colour): number {
  let opaque = 0;
  let visible = 0;
  const [red, green, blue] = rgb;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3]! < 128) continue;
    opaque++;
    const furthest = Math.max(
      Math.abs(red - data[at]!),
      Math.abs(green - data[at + 1]!),
      Math.abs(blue - data[at + 2]!),
    );
    if (furthest > TOLD_APART) visible++;
  }
  return opaque === 0 ? 0 : visible / opaque;
}

/** Two paints that differ by more than this in red, green or blue are told apart at a glance. */
const APART = 80;

/** Whether a shape or a tint of one colour stands out from the other. */
export const toldApart = (a: Colour, b: Colour): boolean =>
  a.some((value, channel) => Math.abs(value - b[channel]!) > APART);
