import * as Plot from "@observablehq/plot";
import type { Html } from "../reports/html.ts";
import { type DrawingOptions, gridLines, powersOfTen, powerText, screenDrawing } from "../reports/node-plot.ts";
import { colour, seriesColours } from "../reports/theme.ts";
import { type Measured, type NamedPoint, pointsOf } from "./measured.ts";
import { cornerPlaces, corners, type Placed, trilemma } from "./trilemma.ts";

/** The colour of each model, in their order. */
export const modelColours = ({ models }: Measured): ReadonlyMap<string, string> =>
  new Map(models.map(({ name }, i) => [name, seriesColours[i % seriesColours.length]!]));

/** What stands beside a point. */
const shortLabel = ({ model, label }: NamedPoint): string => label || model.name;

const HEIGHT = Math.sqrt(3) / 2;
const centre = { x: 0.5, y: HEIGHT / 3 };
const middle = (a: { x: number; y: number }, b: { x: number; y: number }) => ({
  x: (a.x + b.x) / 2,
  y: (a.y + b.y) / 2,
});
const regionColours = { quality: "violet", coverage: "teal", speed: "ochre" } as const;

/** A region: its corner, the middles of the sides that meet there, and the triangle's centre. */
function regionMark(corner: (typeof corners)[number]): Plot.Markish {
  const [a, b] = corners
    .filter((other) => other !== corner)
    .map((other) => middle(cornerPlaces[corner], cornerPlaces[other]));
  const fill = colour(regionColours[corner]);
  const outline = [cornerPlaces[corner], a!, centre, b!];
  return Plot.line(outline, {
    x: "x",
    y: "y",
    curve: "linear-closed",
    fill,
    fillOpacity: 0.12,
    stroke: colour("rule"),
  });
}

/** Where the corners' names stand. */
const named = corners.map((corner) => {
  const { x, y } = cornerPlaces[corner];
  return { corner, x, y: y > 0 ? y + 0.045 : y - 0.05 };
});

/** The triangle of quality, coverage and speed with a dot a point, those of one model joined in the order of their steps. */
export function trilemmaFigure(measured: Measured): Html {
  const placed = trilemma(measured);
  const colours = modelColours(measured);
  const of = (p: Placed) => colours.get(p.point.model.name)!;
  const score = ({ scores }: Placed) => corners.reduce((sum, corner) => sum + scores[corner], 0) / corners.length;
  return screenDrawing((width, narrow) => ({
    label: "A triangle of quality, coverage and speed with a point for each model and number of steps",
    height: Math.round((Math.min(width, 560) - 80) * HEIGHT + 70),
    ...sides(width),
    marginTop: 30,
    marginBottom: 30,
    x: { axis: null, domain: [0, 1] },
    y: { axis: null, domain: [-0.04, HEIGHT + 0.04] },
    r: { type: "identity" },
    marks: [
      ...corners.map(regionMark),
      Plot.text(named, {
        x: "x",
        y: "y",
        text: "corner",
        fontSize: narrow ? 12 : 14,
        fontWeight: 600,
        fill: colour("ink"),
      }),
      ...measured.models.map(({ name }) =>
        Plot.line(
          placed.filter((p) => p.point.model.name === name),
          { x: "x", y: "y", stroke: colours.get(name)!, strokeOpacity: 0.5, strokeDasharray: "3 3" },
        ),
      ),
      Plot.dot(placed, {
        x: "x",
        y: "y",
        r: (p: Placed) => 3 + 7 * score(p),
        fill: of,
        stroke: colour("paper"),
        strokeWidth: 1.2,
      }),
      ...labels(
        placed.filter(({ point }) => point.model.points.length === 1),
        of,
        1,
      ),
      ...labels(
        placed.filter(({ point }) => point.model.points.length > 1),
        of,
        -1,
      ),
    ],
  }));
}

/** Names beside points, to the right (1) or to the left (-1). */
const labels = (placed: readonly Placed[], fill: (p: Placed) => string, side: 1 | -1): Plot.Markish[] => [
  Plot.text(placed, {
    ...{ x: "x", y: "y", fill, dx: 13 * side, fontWeight: 600 },
    textAnchor: side > 0 ? "start" : "end",
    text: (p: Placed) => shortLabel(p.point),
    ...{ stroke: colour("paper"), strokeWidth: 3 },
  }),
];

/** Margins that keep the triangle's sides equal. */
function sides(width: number): Pick<DrawingOptions, "marginLeft" | "marginRight"> {
  const margin = Math.max(40, (width - Math.min(width, 560)) / 2 + 40);
  return { marginLeft: margin, marginRight: margin };
}

/** Fréchet distance against time, both logarithmic, with what real pictures get. */
export function speedFigure(measured: Measured): Html {
  const points = pointsOf(measured);
  const colours = modelColours(measured);
  const of = ({ model }: NamedPoint) => colours.get(model.name)!;
  const floor = measured.floor.distance.frechet.value;
  const seconds = points.map((p) => p.seconds);
  const distances = [...points.map((p) => p.distance.frechet.value), floor];
  const room = (values: readonly number[]) => [Math.min(...values) / 1.6, Math.max(...values) * 1.6] as const;
  const [x, y] = [room(seconds), room(distances)];
  const ticks = { x: powersOfTen(...x), y: powersOfTen(...y) };
  return screenDrawing((_, narrow) => ({
    label: "Fréchet distance against the seconds that a picture takes",
    ...{ height: narrow ? 280 : 340, marginLeft: 56, marginBottom: 42, marginRight: 30 },
    x: {
      type: "log",
      domain: [...x],
      label: "seconds a picture",
      ticks: [...ticks.x],
      tickFormat: powerText,
      labelArrow: "none",
    },
    y: { type: "log", domain: [...y], label: "Fréchet distance", ticks: [...ticks.y], tickFormat: powerText },
    marks: [
      ...gridLines(ticks),
      Plot.ruleY([floor], { stroke: colour("ink"), strokeDasharray: "5 4" }),
      ...measured.models.map(({ name }) =>
        Plot.line(
          points.filter((p) => p.model.name === name),
          {
            x: "seconds",
            y: (p: NamedPoint) => p.distance.frechet.value,
            stroke: colours.get(name)!,
            strokeOpacity: 0.5,
          },
        ),
      ),
      Plot.ruleX(points, {
        x: "seconds",
        y1: (p: NamedPoint) => Math.max(p.distance.frechet.interval[0], y[0]),
        y2: (p: NamedPoint) => p.distance.frechet.interval[1],
        stroke: of,
        strokeWidth: 1.5,
      }),
      Plot.dot(points, { x: "seconds", y: (p: NamedPoint) => p.distance.frechet.value, fill: of, r: 5 }),
      Plot.text(points, {
        x: "seconds",
        y: (p: NamedPoint) => p.distance.frechet.value,
        text: shortLabel,
        dx: 9,
        textAnchor: "start",
        fill: of,
        fontWeight: 600,
      }),
    ],
  }));
}
