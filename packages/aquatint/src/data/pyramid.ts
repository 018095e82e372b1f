import type { RgbaImage } from "../formats/image/image.ts";

/** An image, shrunk: each pixel covers `factor` of the original's a side, the last ones perhaps less. */
export interface Level {
  readonly image: RgbaImage;
  readonly factor: number;
}

/** A level has at least this many pixels a side for each one that is painted, so that shrinking it stays sharp. */
const SPARE = 1.5;

const halves = new WeakMap<RgbaImage, RgbaImage>();

/** The smallest level from which an image can be painted at `scale` of its pixels a canvas pixel. */
export function levelFor(image: RgbaImage, scale: number): Level {
  let level: Level = { image, factor: 1 };
  while (scale / (2 * level.factor) >= SPARE) {
    const half = halves.get(level.image) ?? halved(level.image);
    halves.set(level.image, half);
    level = { image: half, factor: 2 * level.factor };
  }
  return level;
}

/** Each pixel the mean of four, alpha as coverage; beyond the edges all is transparent. */
export function halved({ width, height, data }: RgbaImage): RgbaImage {
  const [columns, rows] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const out = new Uint8Array(4 * columns * rows);
  for (let row = 0, to = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, to += 4) {
      let [red, green, blue, alpha] = [0, 0, 0, 0];
      for (let k = 0; k < 4; k++) {
        const [x, y] = [2 * column + (k & 1), 2 * row + (k >> 1)];
        if (x >= width || y >= height) continue;
        const at = 4 * (y * width + x);
        const share = data[at + 3]!;
        red += share * data[at]!;
        green += share * data[at + 1]!;
        blue += share * data[at + 2]!;
        alpha += share;
      }
      if (alpha === 0) continue;
      out[to] = Math.round(red / alpha);
      out[to + 1] = Math.round(green / alpha);
      out[to + 2] = Math.round(blue / alpha);
      out[to + 3] = Math.round(alpha / 4);
    }
  }
  return { width: columns, height: rows, channels: 4, data: out };
}
