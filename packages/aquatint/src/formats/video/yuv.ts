import { itemAt } from "../../util/items.ts";
import type { Image } from "../image/image.ts";

/** Shares of red, green and blue in brightness (ITU-R BT.709). */
const [RED, GREEN, BLUE] = [0.2126, 0.7152, 0.0722];
/** Levels of brightness, from 16 on, and of the color differences, around 128, in 8 bits. */
const [LUMA, CHROMA] = [219, 224];

/**
 * An RGB image of even sides as planes of Y, Cb and Cr, the latter two of half the width and height, each the mean of four
 * pixels: BT.709, limited range.
 */
export function yuv420({ width, height, channels, data }: Image): Uint8Array<ArrayBuffer> {
  const plane = width * height;
  const half = width / 2;
  const planes = new Uint8Array((plane * 3) / 2);
  const [blues, reds] = [new Float32Array(plane / 4), new Float32Array(plane / 4)];
  for (let p = 0; p < plane; p++) {
    const sample = (c: number) => itemAt(data, channels * p + c) / 255;
    const [r, g, b] = [sample(0), sample(1), sample(2)];
    const y = RED * r + GREEN * g + BLUE * b;
    planes[p] = Math.round(16 + LUMA * y);
    const q = (Math.floor(p / width) >> 1) * half + ((p % width) >> 1);
    blues[q] = itemAt(blues, q) + (b - y) / (2 - 2 * BLUE) / 4;
    reds[q] = itemAt(reds, q) + (r - y) / (2 - 2 * RED) / 4;
  }
  for (const [i, values] of [blues, reds].entries()) {
    for (let q = 0; q < values.length; q++) {
      planes[plane + i * values.length + q] = Math.round(128 + CHROMA * itemAt(values, q));
    }
  }
  return planes;
}
