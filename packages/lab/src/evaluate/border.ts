import type { NamedColor } from "@aquatint/emoji";
import type { Image } from "aquatint/formats";
import { itemAt } from "aquatint/util";

/** Names of a palette's colors by the pixels of the image's outermost ring that are nearest to each, most first. */
export function borderColors(
  { width, height, data, channels }: Image,
  palette: readonly NamedColor[],
): readonly string[] {
  if (palette.length === 0) return [];
  const votes = new Map<string, number>();
  for (let at = 0; at < width * height; at++) {
    const [x, y] = [at % width, Math.floor(at / width)];
    if (x > 0 && y > 0 && x < width - 1 && y < height - 1) continue;
    const name = nearestColor(data.subarray(at * channels, at * channels + 3), palette);
    votes.set(name, (votes.get(name) ?? 0) + 1);
  }
  return [...votes].sort(([, a], [, b]) => b - a).map(([name]) => name);
}

function nearestColor(pixel: Uint8Array, palette: readonly NamedColor[]): string {
  const distance = (rgb: readonly number[]) => Math.hypot(...rgb.map((v, c) => v - itemAt(pixel, c)));
  return palette.reduce((best, color) => (distance(color.rgb) < distance(best.rgb) ? color : best)).name;
}
