import * as Plot from "@observablehq/plot";
import type { Html } from "../reports/html.ts";
import { gridLines, screenDrawing } from "../reports/node-plot.ts";
import { colour } from "../reports/theme.ts";
import { figureText } from "../reports/words.ts";
import { roundNumbers } from "../runs/node-figures.ts";
import { type Measured, type NamedPoint, pointsOf } from "./measured.ts";
import { modelColours, shortLabel } from "./node-colours.ts";

/** A logarithmic axis with some room at its ends. */
function logAxis(values: readonly number[], most: number) {
  const [low, high] = [Math.min(...values) / 1.6, Math.max(...values) * 1.6];
  return {
    type: "log",
    domain: [low, high],
    ticks: [...roundNumbers(low, high, most)],
    tickFormat: figureText,
  } as const;
}

const distance = (p: NamedPoint): number => p.distance.frechet.value;

/** Fréchet distance against time, both logarithmic, with what real pictures get. */
export function speedFigure(measured: Measured): Html {
  const points = pointsOf(measured);
  const floor = measured.floor.distance.frechet.value;
  return screenDrawing((_, narrow) => {
    const x = logAxis(
      points.map(({ seconds }) => seconds),
      narrow ? 4 : 9,
    );
    const y = logAxis([...points.map(distance), floor], 8);
    return {
      label: "Fréchet distance against the seconds that a picture takes",
      ...{ height: narrow ? 280 : 340, marginLeft: 56, marginBottom: 42, marginRight: 30 },
      x: { type: x.type, domain: [...x.domain] },
      y: { type: y.type, domain: [...y.domain] },
      marks: [
        // Plot leaves out labels of logarithmic axes unless they are texts of their own
        Plot.axisX([...x.ticks], { text: figureText, label: "seconds a picture", labelArrow: "none" }),
        Plot.axisY([...y.ticks], { text: figureText, label: "Fréchet distance" }),
        ...gridLines({ x: x.ticks, y: y.ticks }),
        Plot.ruleY([floor], { stroke: colour("ink"), strokeDasharray: "5 4" }),
        ...pointMarks(points, modelColours(measured)),
      ],
    };
  });
}

/** Dots with their intervals and names, joined model by model. */
function pointMarks(points: readonly NamedPoint[], colours: ReadonlyMap<string, string>): readonly Plot.Markish[] {
  const fill = ({ model }: NamedPoint) => colours.get(model.name)!;
  const lines = [...colours].map(([name, stroke]) => {
    const own = points.filter(({ model }) => model.name === name);
    return Plot.line(own, { x: "seconds", y: distance, stroke, strokeOpacity: 0.5 });
  });
  const low = (p: NamedPoint) => p.distance.frechet.interval[0];
  const high = (p: NamedPoint) => p.distance.frechet.interval[1];
  return [
    ...lines,
    Plot.ruleX(points, { x: "seconds", y1: low, y2: high, stroke: fill, strokeWidth: 1.5, clip: true }),
    Plot.dot(points, { x: "seconds", y: distance, fill, r: 5 }),
    Plot.text(points, {
      ...{ x: "seconds", y: distance, text: shortLabel, fill, fontWeight: 600 },
      ...{ dy: -13, stroke: colour("paper"), strokeWidth: 3 },
    }),
  ];
}
