import * as Plot from "@observablehq/plot";
import { type Bucket, buckets, type Point, thinned } from "aquatint/runs";
import { figureText } from "aquatint/util";
import type { Html } from "../reports/html.ts";
import { legend } from "../reports/page.ts";
import { type DrawingOptions, drawing, gridLines, screenDrawing } from "../reports/plot.node.ts";
import { color } from "../reports/theme.ts";

/** A line of a figure. */
export interface Line {
  readonly name: string;
  readonly color: string;
  readonly points: readonly Point[];
}

/** Numbers against the steps of a run. */
export interface StepFigure {
  /** Description for those who cannot see the drawing. */
  readonly label: string;
  readonly lines: readonly Line[];
  /** Single values behind the lines: the area between their lowest and highest. */
  readonly behind?: readonly Point[];
  /** Label of the points' `step`. */
  readonly xLabel?: string;
  /** Never logarithmic. */
  readonly linear?: boolean;
}

/** Number of points of a line. */
const DRAWN = 400;
const NARROW_DRAWN = 200;

/** Values of one axis: logarithmic where they are above 0 and the highest is so many times the lowest. */
const LOG_FROM = 4;

interface Axis {
  readonly type: "log" | "linear";
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
}

function axisOf(
  values: readonly number[],
  { ticks, linear }: { readonly ticks: number; readonly linear: boolean },
): Axis {
  const [low, high] = values.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
  if (!linear && low > 0 && high / low >= LOG_FROM) {
    const domain = [low / 1.04, high * 1.04] as const;
    return { type: "log", domain, ticks: roundNumbers(...domain, ticks) };
  }
  const room = (high - low || Math.abs(high) || 1) * 0.06;
  const domain = [low >= 0 ? Math.max(low - room, 0) : low - room, high + room] as const;
  return { type: "linear", domain, ticks: evenNumbers(...domain, ticks) };
}

/** Numbers 1, 2 and 5 times powers of ten within a range; 1 and 3 times them or only the powers where those are too many. */
export function roundNumbers(low: number, high: number, limit: number): readonly number[] {
  const first = Math.floor(Math.log10(low));
  const decades = Array.from({ length: Math.ceil(Math.log10(high)) - first + 1 }, (_, i) => first + i);
  const within = (mantissas: readonly number[]) =>
    decades.flatMap((power) => mantissas.map((m) => Number(`${m}e${power}`))).filter((v) => v >= low && v <= high);
  const fine = [
    [1, 2, 5],
    [1, 3],
  ]
    .map(within)
    .find((numbers) => numbers.length <= limit);
  if (fine) return fine;
  const powers = within([1]);
  const every = Math.ceil(powers.length / limit);
  return powers.filter((_, i) => i % every === 0);
}

function evenNumbers(low: number, high: number, limit: number): readonly number[] {
  const rough = (high - low) / limit;
  const power = 10 ** Math.floor(Math.log10(rough));
  const stride = ([1, 2, 5].find((m) => m * power >= rough) ?? 10) * power;
  const first = Math.ceil(low / stride);
  return Array.from({ length: Math.floor(high / stride) - first + 1 }, (_, i) =>
    Number(((first + i) * stride).toPrecision(12)),
  );
}

const area = (band: readonly Bucket[]): Plot.Markish =>
  Plot.areaY(band, { x: "step", y1: "low", y2: "high", fill: color("faint"), fillOpacity: 0.55, clip: true });

const line = ({ points, color: stroke }: Line, drawn: number): Plot.Markish[] => {
  const visiblePoints = thinned(points, drawn);
  const mark = { x: "step", y: "value", clip: true } as const;
  if (visiblePoints.length < 2) return [Plot.dot(visiblePoints, { ...mark, fill: stroke, r: 3 })];
  return [Plot.line(visiblePoints, { ...mark, stroke, strokeWidth: 1.8 })];
};

interface Room {
  readonly drawn: number;
  readonly ticks: readonly [x: number, y: number];
}

function options(
  { label, lines, behind = [], xLabel, linear = false }: StepFigure,
  { drawn, ticks }: Room,
): Omit<DrawingOptions, "width"> {
  const band =
    behind.length > drawn ? buckets(behind, drawn) : behind.map((p) => ({ ...p, low: p.value, high: p.value }));
  const values = [...lines.flatMap(({ points }) => points.map(({ value }) => value)), ...band.map(({ low }) => low)];
  const y = axisOf(values, { ticks: ticks[1], linear });
  const last = Math.max(...lines.flatMap(({ points }) => points.slice(-1).map(({ step }) => step)), 1);
  const x = evenNumbers(0, last, ticks[0]);
  const single =
    behind.length > drawn
      ? area(band)
      : Plot.dot(behind, { x: "step", y: "value", r: 1.3, fill: color("slate"), fillOpacity: 0.5, clip: true });
  return {
    label,
    marginLeft: 52,
    marginBottom: 36,
    marginTop: 10,
    x: { domain: [0, last], label: xLabel ?? null, ticks: [...x], tickFormat: figureText, labelArrow: "none" },
    y: { type: y.type, domain: [...y.domain], label: null, ticks: [...y.ticks], tickFormat: figureText },
    marks: [
      ...gridLines({ x, y: y.ticks }),
      ...(behind.length > 0 ? [single] : []),
      ...lines.flatMap((item) => line(item, drawn)),
    ],
  };
}

/** A figure as wide as the page, under the names of its lines where they are several. */
export function wideFigure(figure: StepFigure): readonly Html[] {
  const withLabel = { xLabel: "step", ...figure };
  const drawn = screenDrawing((_, narrow) => ({
    ...options(withLabel, narrow ? { drawn: NARROW_DRAWN, ticks: [4, 6] } : { drawn: DRAWN, ticks: [8, 8] }),
    height: narrow ? 260 : 320,
  }));
  return figure.lines.length > 1
    ? [legend(figure.lines.map((item) => [item.color, item.name] as const)), drawn]
    : [drawn];
}

/** A figure of half the page's width. */
export const smallFigure = (figure: StepFigure): Html =>
  drawing({ ...options(figure, { drawn: NARROW_DRAWN, ticks: [4, 4] }), width: 360, height: 190 });
