import { buckets, type Point } from "../../runs/series.ts";
import { itemAt } from "../../util/items.ts";

const BARS = "▁▂▃▄▅▆▇█";

/** Points as a line of at most `width` bars; the scale is logarithmic where all are above 0. "" where there are none. */
export function sparkline(points: readonly Point[], width: number): string {
  const means = buckets(points, width).map(({ value }) => value);
  const values = means.every((value) => value > 0) ? means.map(Math.log) : means;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const level = (value: number) => (high > low ? Math.round(((value - low) / (high - low)) * (BARS.length - 1)) : 0);
  return values.map((value) => itemAt(BARS, level(value))).join("");
}
