import type { NamedColour } from "@aquatint/emoji";
import type { Picture } from "aquatint/formats";

/** Names of a palette's colors by the pixels of the image's outermost ring that are nearest to each, most first. */
export function borderColours(
  { width, height, data, channels }: Picture,
  palette: readonly NamedColour[],
): readonly string[] {
  if (palette.length === 0) return [];
  const votes = new Map<string, number>();
  for (let at = 0; at < width * height; at++) {
    const [x, y] = [at % width, Math.floor(at / width)];
    if (x > 0 && y > 0 && x < width - 1 && y < height - 1) continue;
    const name = nearestColour(data.subarray(at * channels, at * channels + 3), palette);
    votes.set(name, (votes.get(name) ?? 0) + 1);
  }
  return [...votes].sort(([, a], [, b]) => b - a).map(([name]) => name);
}

function nearestColour(pixel: Uint8Array, palette: readonly NamedColour[]): string {
  const distance = (rgb: readonly number[]) => Math.hypot(...rgb.map((v, c) => v - pixel[c]!));
  return palette.reduce((best, colour) => (distance(colour.rgb) < distance(best.rgb) ? colour : best)).name;
}
