import type { Color, RgbaImage } from "aquatint/formats";

/** Two colors that differ by more than this in red, green or blue can be told apart in a small image. */
const TOLD_APART = 48;

/** The share of an image's opaque pixels, 0 .. 1, that can be told apart from a ground of the color `rgb`. */
export function visibleShare({ data }: RgbaImage, rgb: Color): number {
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

/** About how many pixels of each row and column `thinned` keeps. */
const SAMPLES = 24;

/** Every so many-th pixel of an image, which is enough to measure its colors by. */
export function thinned({ width, height, data, channels }: RgbaImage): RgbaImage {
  const step = Math.max(1, Math.floor(Math.max(width, height) / SAMPLES));
  const [columns, rows] = [Math.ceil(width / step), Math.ceil(height / step)];
  const out = new Uint8Array(columns * rows * 4);
  for (let row = 0, to = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, to += 4) {
      const at = 4 * step * (row * width + column);
      for (let channel = 0; channel < 4; channel++) out[to + channel] = data[at + channel]!;
    }
  }
  return { width: columns, height: rows, channels, data: out };
}

/** Two paints that differ by more than this in red, green or blue are told apart at a glance. */
const MIN_DISTANCE = 80;

/** Tells whether a shape or a tint of one color stands out from the other. */
export const toldApart = (a: Color, b: Color): boolean =>
  a.some((value, channel) => Math.abs(value - b[channel]!) > MIN_DISTANCE);
