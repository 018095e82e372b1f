import * as Plot from "@observablehq/plot";
import { itemAt, lookup } from "aquatint/util";
import type { Html } from "../reports/html.ts";
import { screenDrawing } from "../reports/plot.node.ts";
import { color } from "../reports/theme.ts";
import { modelColors } from "./colors.ts";
import { labelMarks } from "./labels.node.ts";
import { type Measured, type NamedPoint, pointsOf } from "./measured.ts";
import { cornerPlaces, corners, type Placed, trilemma } from "./trilemma.ts";

const HEIGHT = Math.sqrt(3) / 2;
const center = { x: 0.5, y: HEIGHT / 3 };
const middle = (a: { x: number; y: number }, b: { x: number; y: number }) => ({
  x: (a.x + b.x) / 2,
  y: (a.y + b.y) / 2,
});
const regionColors = { quality: "violet", coverage: "teal", speed: "ochre" } as const;

/** A region: its corner, the middles of the sides that meet there, and the triangle's center. */
function regionMark(corner: (typeof corners)[number]): Plot.Markish {
  const sides = corners
    .filter((other) => other !== corner)
    .map((other) => middle(cornerPlaces[corner], cornerPlaces[other]));
  const fill = color(regionColors[corner]);
  const outline = [cornerPlaces[corner], itemAt(sides, 0), center, itemAt(sides, 1)];
  return Plot.line(outline, {
    x: "x",
    y: "y",
    curve: "linear-closed",
    fill,
    fillOpacity: 0.12,
    stroke: color("rule"),
  });
}

/** Places of the corners' names. */
const cornerLabels = corners.map((corner) => {
  const { x, y } = cornerPlaces[corner];
  return { corner, x, y: y > 0 ? y + 0.045 : y - 0.05 };
});

/** The triangle of quality, coverage and speed with a dot a point, those of one model joined in the order of their steps. */
export function trilemmaFigure(measured: Measured): Html {
  const placed = trilemma(pointsOf(measured), measured.floor.distance);
  return screenDrawing((width, narrow) => ({
    label: "A triangle of quality, coverage and speed with a point for each model and number of steps",
    height: heightOf(width),
    ...{ marginLeft: sideOf(width), marginRight: sideOf(width) },
    ...{ marginTop: MARGIN, marginBottom: MARGIN },
    x: { axis: null, domain: [0, 1] },
    y: { axis: null, domain: [...range] },
    r: { type: "identity" },
    marks: [
      ...corners.map(regionMark),
      cornerNames(narrow),
      ...pointMarks(placed, modelColors(measured)),
      ...names(placed, { width, fontSize: narrow ? 10 : 12, colors: modelColors(measured) }),
    ],
  }));
}

const cornerNames = (narrow: boolean): Plot.Markish =>
  Plot.text(cornerLabels, {
    ...{ x: "x", y: "y", text: "corner", fill: color("ink") },
    ...{ fontSize: narrow ? 12 : 14, fontWeight: 600 },
  });

/** Dots as large as their mean score, joined model by model. */
function pointMarks(
  placed: readonly Placed<NamedPoint>[],
  colors: ReadonlyMap<string, string>,
): readonly Plot.Markish[] {
  const of = (p: Placed<NamedPoint>) => lookup(colors, p.point.model.name);
  const lines = [...colors].map(([model, stroke]) => {
    const series = placed.filter(({ point }) => point.model.name === model);
    return Plot.line(series, { x: "x", y: "y", stroke, strokeOpacity: 0.5, strokeDasharray: "3 3" });
  });
  return [
    ...lines,
    Plot.dot(placed, { x: "x", y: "y", r: radius, fill: of, stroke: color("paper"), strokeWidth: 1.2 }),
  ];
}

const radius = ({ scores }: Placed<NamedPoint>): number =>
  3 + (7 * corners.reduce((sum, corner) => sum + scores[corner], 0)) / corners.length;

function names(
  placed: readonly Placed<NamedPoint>[],
  options: Parameters<typeof labelMarks>[1],
): readonly Plot.Markish[] {
  const side = sideOf(options.width);
  const inside = { width: options.width - 2 * side, height: heightOf(options.width) - 2 * MARGIN };
  const plotted = placed.map((entry) => ({
    ...{ point: entry.point, at: [entry.x, entry.y] as const, r: radius(entry) },
    x: side + entry.x * inside.width,
    y: MARGIN + ((range[1] - entry.y) / (range[1] - range[0])) * inside.height,
  }));
  return labelMarks(plotted, options);
}

const MARGIN = 30;
const range = [-0.04, HEIGHT + 0.04] as const;
const heightOf = (width: number): number => Math.round((Math.min(width, 560) - 80) * HEIGHT + 70);
/** The margin that keeps the triangle's sides equal. */
const sideOf = (width: number): number => Math.max(40, (width - Math.min(width, 560)) / 2 + 40);
