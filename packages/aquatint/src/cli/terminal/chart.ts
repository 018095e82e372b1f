import type { Ansis } from "ansis";
import type { Point } from "../../runs/series.ts";
import { itemAt } from "../../util/items.ts";
import { figureText } from "../../util/words.ts";

/** A line of a chart. */
export interface ChartLine {
  readonly name: string;
  readonly points: readonly Point[];
}

/** Options of a chart. */
export interface ChartOptions {
  /** Characters, with the labels at its left. */
  readonly width: number;
  readonly height: number;
  readonly colors: Ansis;
}

const marks = ["●", "○", "▲", "△", "■", "□", "◆", "◇"];
const paints = ["cyan", "red", "yellow", "magenta", "green", "blue"] as const;
const LABEL = 9;

/** The mark of line `i`, which its name stands beside. */
export const chartMark = (i: number, colors: Ansis): string =>
  colors[itemAt(paints, i % paints.length)](itemAt(marks, i % marks.length));

/** Lines against steps, a mark a column where there is a point; the scale is logarithmic where all values are above 0. */
export function chart(lines: readonly ChartLine[], { width, height, colors }: ChartOptions): readonly string[] {
  const columns = Math.max(width - LABEL - 2, 10);
  const all = lines.flatMap(({ points }) => points);
  if (all.length === 0) return [];
  const log = all.every(({ value }) => value > 0);
  const position = (value: number) => (log ? Math.log(value) : value);
  const heights = all.map(({ value }) => position(value));
  const [low, high] = [least(heights), -least(heights.map((h) => -h))];
  const last = -least(all.map(({ step }) => -step));
  const cells = Array.from({ length: height }, () => Array<string>(columns).fill(" "));
  for (const [i, { points }] of lines.entries()) {
    for (const { step, value } of points) {
      const x = Math.min(Math.floor((step / Math.max(last, 1)) * columns), columns - 1);
      const y = Math.round(((position(value) - low) / (high - low || 1)) * (height - 1));
      itemAt(cells, height - 1 - y)[x] = chartMark(i, colors);
    }
  }
  const valueAt = (row: number) => {
    const at = high - (row / Math.max(height - 1, 1)) * (high - low);
    return figureText(Number((log ? Math.exp(at) : at).toPrecision(3)));
  };
  const label = (row: number) => (row % 4 === 0 || row === height - 1 ? valueAt(row) : "").padStart(LABEL);
  const axis = `${" ".repeat(LABEL)} └${"─".repeat(columns)}`;
  const end = `step ${last.toLocaleString("en")}`;
  return [
    ...cells.map((row, i) => `${label(i)} │${row.join("").trimEnd()}`),
    axis,
    `${" ".repeat(LABEL + 2)}0${end.padStart(columns - 1)}`,
  ];
}

const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
