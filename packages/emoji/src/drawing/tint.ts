import type { Color, RgbaImage } from "aquatint/formats";

/** Contrast of a tinted pixel by its distance from the image's mean brightness. */
const CONTRAST = 0.8;

/** Strength of a tint: the darkest pixel goes toward black, the brightest toward white. */
const [DARKEST, PALEST] = [0.6, 0.75];

/** The image in one hue: its shading stays, its colors go. Luma weights of Rec. 601. */
export function tinted(image: RgbaImage, rgb: Color): RgbaImage {
  const { data } = image;
  const mean = meanLuma(data);
  const out = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at += 4) {
    const level = (CONTRAST * (luma(data, at) - mean)) / 128;
    const [toward, share] = level < 0 ? [0, Math.min(DARKEST, -level)] : [255, Math.min(PALEST, level)];
    for (let channel = 0; channel < 3; channel++) {
      out[at + channel] = Math.round(rgb[channel]! + share * (toward - rgb[channel]!));
    }
    out[at + 3] = data[at + 3]!;
  }
  return { ...image, data: out };
}

const luma = (data: Uint8Array, at: number): number =>
  0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;

/** Mean brightness of the opaque pixels. */
function meanLuma(data: Uint8Array): number {
  let [sum, count] = [0, 0];
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3]! < 128) continue;
    sum += luma(data, at);
    count++;
  }
  return count === 0 ? 0 : sum / count;
}
