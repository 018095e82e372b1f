import * as Plot from "@observablehq/plot";
import { logSnr, type Schedule } from "aquatint/diffusion";
import { linspace } from "aquatint/math";
import { itemAt } from "aquatint/util";
import { type DrawingOptions, gridLines, svgFile } from "../reports/plot.node.ts";
import { color, seriesColors } from "../reports/theme.ts";

interface Point {
  readonly name: string;
  readonly u: number;
  readonly value: number;
}

const POINTS = 201;

const sampled = (schedules: readonly Schedule[], value: (schedule: Schedule, t: number) => number): readonly Point[] =>
  schedules.flatMap((schedule) =>
    Array.from(linspace(0, 1, POINTS), (u) => ({ name: schedule.name, u, value: value(schedule, u * schedule.steps) })),
  );

/** The color that each of some schedules has in every drawing of them. */
export const scheduleColor = (schedules: readonly Schedule[], name: string): string =>
  itemAt(seriesColors, schedules.findIndex((schedule) => schedule.name === name) % seriesColors.length);

interface Axis {
  readonly label: string;
  readonly domain: readonly [number, number];
}

function curves(schedules: readonly Schedule[], points: readonly Point[], y: Axis): DrawingOptions {
  const [low, high] = y.domain;
  return {
    label: `${y.label} against t / T of ${schedules.map(({ name }) => name).join(", ")}`,
    height: 380,
    marginLeft: 46,
    marginBottom: 42,
    x: { domain: [0, 1], label: "t / T", ticks: 5 },
    y: { domain: [low, high], label: y.label, ticks: 6 },
    color: { domain: schedules.map(({ name }) => name), range: [...seriesColors] },
    marks: [
      ...gridLines(),
      Plot.line(
        points.filter(({ value }) => value >= low && value <= high),
        { x: "u", y: "value", stroke: "name", strokeWidth: 2 },
      ),
      Plot.ruleY([low], { stroke: color("faint") }),
    ],
  };
}

/** The lecture's figure: alphaBar against t / T. */
export const alphaBarFigure = (schedules: readonly Schedule[]): DrawingOptions =>
  curves(
    schedules,
    sampled(schedules, ({ alphaBar }, t) => alphaBar(t)),
    { label: "ᾱ", domain: [0, 1] },
  );

/** The logarithm of the signal-to-noise ratio against t / T, to the base 10 and between 1e-6 and 1e6. */
export const logSnrFigure = (schedules: readonly Schedule[]): DrawingOptions =>
  curves(
    schedules,
    sampled(schedules, ({ level }, t) => logSnr(level(t)) / Math.LN10),
    { label: "log₁₀ SNR", domain: [-6, 6] },
  );

/** A drawing of schedules with their names at its top, for a file that has no legend around it. */
function withNames(options: DrawingOptions, schedules: readonly Schedule[]): DrawingOptions {
  const names = schedules.map(({ name }, i) => ({ name, x: 0.98, y: 0.96 - i * 0.065 }));
  const text = Plot.text(names, { x: "x", y: "y", text: "name", fill: "name", textAnchor: "end", fontWeight: 600 });
  return { ...options, width: 640, height: 400, marks: [...(options.marks ?? []), text] };
}

/** alphaBar of schedules against t / T, with their names: an SVG file. */
export const schedulesFigure = (schedules: readonly Schedule[]): string =>
  svgFile(withNames(alphaBarFigure(schedules), schedules));
