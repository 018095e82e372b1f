import type { RgbaImage } from "aquatint/formats";
import { itemAt } from "aquatint/util";
import type { Pose } from "./pose.ts";

/** Art turned and made transparent as a pose says, and its longer side in units of the upright one's. */
export interface PosedArt {
  readonly image: RgbaImage;
  readonly scale: number;
}

/** Art as it is in a pose; its size and place are the painter's. */
export function posed(art: RgbaImage, { angle, opacity }: Pick<Pose, "angle" | "opacity">): PosedArt {
  const turned = angle === 0 ? { image: art, scale: 1 } : rotated(art, angle);
  return opacity === 1 ? turned : { ...turned, image: faded(turned.image, opacity) };
}

function faded(image: RgbaImage, opacity: number): RgbaImage {
  const data = image.data.map((value, at) => (at % 4 === 3 ? Math.round(value * opacity) : value));
  return { ...image, data };
}

/** Turned clockwise about its middle, in a square that holds it at every angle; bilinear in premultiplied colors. */
function rotated(art: RgbaImage, angle: number): PosedArt {
  const { width, height } = art;
  const side = Math.ceil(Math.hypot(width, height));
  const data = new Uint8Array(4 * side * side);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  for (let row = 0, to = 0; row < side; row++) {
    for (let column = 0; column < side; column++, to += 4) {
      const [dx, dy] = [column + 0.5 - side / 2, row + 0.5 - side / 2];
      const x = cos * dx + sin * dy + width / 2 - 0.5;
      const y = cos * dy - sin * dx + height / 2 - 0.5;
      if (x > -1 && y > -1 && x < width && y < height) data.set(sampled(art, x, y), to);
    }
  }
  return { image: { width: side, height: side, channels: 4, data }, scale: side / Math.max(width, height) };
}

/** The color between the four pixels around (x, y); outside all is transparent. */
function sampled({ width, height, data }: RgbaImage, x: number, y: number): readonly number[] {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [right, below] = [x - left, y - top];
  let [red, green, blue, alpha] = [0, 0, 0, 0];
  for (let corner = 0; corner < 4; corner++) {
    const [dx, dy] = [corner & 1, corner >> 1];
    const [column, row] = [left + dx, top + dy];
    if (column < 0 || row < 0 || column >= width || row >= height) continue;
    const at = 4 * (row * width + column);
    const share = (dx ? right : 1 - right) * (dy ? below : 1 - below) * itemAt(data, at + 3);
    red += share * itemAt(data, at);
    green += share * itemAt(data, at + 1);
    blue += share * itemAt(data, at + 2);
    alpha += share;
  }
  if (alpha < 0.5) return [0, 0, 0, 0];
  return [red / alpha, green / alpha, blue / alpha, alpha].map(Math.round);
}
