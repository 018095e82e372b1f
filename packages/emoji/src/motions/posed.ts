import type { RgbaImage } from "aquatint/formats";
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
  const data = Uint8Array.from(image.data);
  for (let at = 3; at < data.length; at += 4) data[at] = Math.round(data[at]! * opacity);
  return { ...image, data };
}

/** Turned clockwise about its middle, in a square that holds it at every angle; bilinear in premultiplied colors. */
function rotated({ width, height, data }: RgbaImage, angle: number): PosedArt {
  const side = Math.ceil(Math.hypot(width, height));
  const out = new Uint8Array(4 * side * side);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const sum = new Float64Array(4);
  for (let row = 0, to = 0; row < side; row++) {
    for (let column = 0; column < side; column++, to += 4) {
      const [dx, dy] = [column + 0.5 - side / 2, row + 0.5 - side / 2];
      const x = cos * dx + sin * dy + width / 2 - 0.5;
      const y = cos * dy - sin * dx + height / 2 - 0.5;
      if (x <= -1 || y <= -1 || x >= width || y >= height) continue;
      sampled({ width, height, data }, x, y, sum);
      const alpha = sum[3]!;
      if (alpha < 0.5) continue;
      for (let channel = 0; channel < 3; channel++) out[to + channel] = Math.round(sum[channel]! / alpha);
      out[to + 3] = Math.round(alpha);
    }
  }
  return { image: { width: side, height: side, channels: 4, data: out }, scale: side / Math.max(width, height) };
}

/** Colors times alpha and alpha between the four pixels around (x, y); outside all is transparent. */
function sampled({ width, height, data }: Omit<RgbaImage, "channels">, x: number, y: number, sum: Float64Array): void {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [right, below] = [x - left, y - top];
  sum.fill(0);
  for (let corner = 0; corner < 4; corner++) {
    const [dx, dy] = [corner & 1, corner >> 1];
    const [column, row] = [left + dx, top + dy];
    if (column < 0 || row < 0 || column >= width || row >= height) continue;
    const at = 4 * (row * width + column);
    const share = (dx ? right : 1 - right) * (dy ? below : 1 - below) * data[at + 3]!;
    for (let channel = 0; channel < 3; channel++) sum[channel]! += share * data[at + channel]!;
    sum[3]! += share;
  }
}
