import * as Plot from "@observablehq/plot";
import { figureText, lookup } from "aquatint/util";
import type { Html } from "../reports/html.ts";
import { gridLines, screenDrawing } from "../reports/plot.node.ts";
import { color } from "../reports/theme.ts";
import { roundNumbers } from "../run-reports/figures.node.ts";
import { modelColors } from "./colors.ts";
import { labelMarks } from "./labels.node.ts";
import { type Measured, type NamedPoint, pointsOf } from "./measured.ts";

/** A logarithmic axis with some room at its ends. */
function logAxis(values: readonly number[], maximum: number) {
  const [low, high] = [Math.min(...values) / 1.6, Math.max(...values) * 1.6];
  return {
    type: "log",
    domain: [low, high] as const,
    ticks: [...roundNumbers(low, high, maximum)],
    tickFormat: figureText,
  } as const;
}

const distance = (p: NamedPoint): number => p.distance.frechet.value;

/** Fréchet distance against time, both logarithmic, with what real images get. */
export function speedFigure(measured: Measured): Html {
  const points = pointsOf(measured);
  const floor = measured.floor.distance.frechet.value;
  return screenDrawing((width, narrow) => {
    const x = logAxis(
      points.map(({ seconds }) => seconds),
      narrow ? 4 : 9,
    );
    const y = logAxis([...points.map(distance), floor], 8);
    const height = narrow ? 280 : 340;
    const position = {
      x: between(x.domain, [margins.marginLeft, width - margins.marginRight]),
      y: between(y.domain, [height - margins.marginBottom, margins.marginTop]),
    };
    return {
      label: "Fréchet distance against the seconds that an image takes",
      ...{ height, ...margins },
      x: { type: x.type, domain: [...x.domain] },
      y: { type: y.type, domain: [...y.domain] },
      marks: [
        // Plot leaves out labels of logarithmic axes unless they are texts of their own
        Plot.axisX([...x.ticks], { text: figureText, label: "seconds an image", labelArrow: "none" }),
        Plot.axisY([...y.ticks], { text: figureText, label: "Fréchet distance" }),
        ...gridLines({ x: x.ticks, y: y.ticks }),
        Plot.ruleY([floor], { stroke: color("ink"), strokeDasharray: "5 4" }),
        ...pointMarks(points, modelColors(measured)),
        ...names(points, position, { width, fontSize: narrow ? 10 : 12, colors: modelColors(measured) }),
      ],
    };
  });
}

const margins = { marginTop: 28, marginLeft: 56, marginBottom: 42, marginRight: 30 } as const;
const RADIUS = 5;

/** A logarithmic axis from values to pixels. */
const between =
  ([low, high]: readonly [number, number], [from, to]: readonly [number, number]) =>
  (value: number): number =>
    from + (Math.log(value / low) / Math.log(high / low)) * (to - from);

interface ChartArea {
  readonly x: (seconds: number) => number;
  readonly y: (distance: number) => number;
}

/** The points' names, clear of their intervals. */
function names(points: readonly NamedPoint[], { x, y }: ChartArea, options: Parameters<typeof labelMarks>[1]) {
  const plotted = points.map((point) => {
    const at = [point.seconds, distance(point)] as const;
    return { point, at, x: x(at[0]), y: y(at[1]), r: RADIUS };
  });
  const obstacles = points.map(({ seconds, distance: { frechet } }) => {
    const [low, high] = frechet.interval;
    return { left: x(seconds) - 2, right: x(seconds) + 2, top: y(high), bottom: y(low) };
  });
  return labelMarks(plotted, { ...options, obstacles });
}

/** Dots with their intervals, joined model by model. */
function pointMarks(points: readonly NamedPoint[], colors: ReadonlyMap<string, string>): readonly Plot.Markish[] {
  const fill = ({ model }: NamedPoint) => lookup(colors, model.name);
  const lines = [...colors].map(([name, stroke]) => {
    const series = points.filter(({ model }) => model.name === name);
    return Plot.line(series, { x: "seconds", y: distance, stroke, strokeOpacity: 0.5 });
  });
  const low = (p: NamedPoint) => p.distance.frechet.interval[0];
  const high = (p: NamedPoint) => p.distance.frechet.interval[1];
  return [
    ...lines,
    Plot.ruleX(points, { x: "seconds", y1: low, y2: high, stroke: fill, strokeWidth: 1.5, clip: true }),
    Plot.dot(points, { x: "seconds", y: distance, fill, r: RADIUS }),
  ];
}
