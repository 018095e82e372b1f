import * as Plot from "@observablehq/plot";
import { cleanLevel, type Level } from "aquatint/diffusion";
import { itemAt } from "aquatint/util";
import { formula, type Html, html } from "../reports/html.ts";
import { type Column, figure, legend, panels, type Section, table } from "../reports/page.ts";
import {
  type DrawingOptions,
  drawing,
  gridLines,
  powersOfTen,
  powerText,
  screenDrawing,
} from "../reports/plot.node.ts";
import { color } from "../reports/theme.ts";
import type { Part } from "./process-section.node.ts";
import {
  type Convergence,
  entries,
  flowConvergence,
  type Trajectories,
  trajectories,
  varianceConvergence,
} from "./sampling.ts";
import { toyMixture } from "./toy.ts";

const REACH = 2.6;

/** The mixture's density on a grid, to draw its contours behind every panel. */
function densityGrid(level: Level, side: number): readonly number[] {
  const at = (i: number) => -REACH + (2 * REACH * (i + 0.5)) / side;
  const rows = Array.from({ length: side * side }, (_, k) => [at(k % side), at(Math.floor(k / side))]).flat();
  return Array.from(toyMixture.logDensity(rows, level), Math.exp);
}

const SIDE = 40;

interface PanelOptions {
  readonly density: readonly number[];
  readonly title: string;
  /** Ways that are drawn; the ends of all are. */
  readonly lines: number;
}

/** Number of paths drawn for a stochastic sampler; more overlap too much to be read. */
const FEW = 4;

function trajectoryPanel(ways: Trajectories, { density, title, lines: drawn }: PanelOptions): Html {
  const ends = ways.map((way) => itemAt(way, -1));
  const axis = { domain: [-REACH, REACH], axis: null } as const;
  const contour = Plot.contour(density, {
    ...{ width: SIDE, height: SIDE, x1: -REACH, x2: REACH, y1: -REACH, y2: REACH },
    ...{ stroke: color("faint"), thresholds: [0.02, 0.08, 0.16, 0.24], strokeWidth: 1 },
  });
  const lines = ways
    .slice(0, drawn)
    .map((way) =>
      Plot.line(way, { x: "0", y: "1", stroke: color("blue"), strokeWidth: 0.8, strokeOpacity: 0.6, clip: true }),
    );
  return drawing({
    label: `Ways of points from noise to data under ${title}`,
    ...{ width: 170, height: 170, margin: 2, x: axis, y: axis },
    marks: [contour, ...lines, Plot.dot(ends, { x: "0", y: "1", r: 2, fill: color("red"), clip: true })],
  });
}

/** Every sampler's ways through the plane. */
export async function trajectoriesPart(): Promise<Part> {
  const density = densityGrid(cleanLevel, SIDE);
  const list = await Promise.all(
    entries.map(async ([name, entry]) => {
      const ways = await trajectories(entry);
      const lines = entry.stochastic ? FEW : ways.length;
      const content = trajectoryPanel(ways, { density, title: entry.title, lines });
      return { content, caption: html`${entry.title}${entry.stochastic ? " (stochastic)" : ""}`, name };
    }),
  );
  const body = [
    html`<p>A mixture of three normals in the plane, whose denoiser is known exactly, takes the place of a network, so
      that what is seen is the sampler alone. All start at the same 24 points of noise and take 24 steps of the linear
      schedule. Deterministic samplers draw the same smooth ways; stochastic ones wander and end elsewhere in the same
      distribution.</p>`,
    figure(
      panels(list),
      html`<b>From noise to data.</b> Contours: the data's density. Lines: ${formula("x_t")}, over t from T to 0. Dots:
        where all 24 end; of stochastic samplers ${FEW} ways are drawn.`,
    ),
  ];
  return { section: { id: "trajectories", title: "Samplers at work", body }, data: list.map(({ name }) => name) };
}

const shades = ["slate", "ochre", "blue", "red"] as const;
/** The color of a fitted order: 0, 1, 2, 3. */
const orderColor = ({ fitted }: Convergence): string =>
  color(itemAt(shades, Math.min(Math.max(Math.round(fitted), 0), 3)));

/** Label heights at the right edge, kept apart: the error of each line's end, moved where two would overlap. */
function spreadLabels(list: readonly Convergence[], { least }: { readonly least: number }) {
  const ends = list
    .map((line) => ({ line, last: itemAt(line.points, -1) }))
    .toSorted((a, b) => b.last.error - a.last.error);
  let at = Number.POSITIVE_INFINITY;
  const placed = ends.map(({ line, last }) => {
    at = Math.min(Math.log10(last.error), at - least);
    return { line, last, at };
  });
  const middle =
    placed.reduce((sum, { last, at }) => sum + Math.log10(last.error) - at, 0) / Math.max(placed.length, 1);
  return placed.map((label) => ({ ...label, y: 10 ** (label.at + middle) }));
}

interface ErrorAxes {
  readonly y: string;
  readonly domain: readonly [number, number];
  readonly maximum: number;
}

const errorLine = (line: Convergence): Plot.Markish[] => [
  Plot.line(line.points, { x: "evaluations", y: "error", stroke: orderColor(line), strokeWidth: 1.6 }),
  Plot.dot(line.points, { x: "evaluations", y: "error", r: 2, fill: orderColor(line) }),
];

function errorFigure(list: readonly Convergence[], { y, domain, maximum }: ErrorAxes, narrow: boolean): DrawingOptions {
  const height = narrow ? 460 : 480;
  const decades = Math.log10(domain[1] / domain[0]);
  const labels = spreadLabels(list, { least: (13.5 / (height - 70)) * decades });
  const right = narrow ? 108 : 150;
  const edge = maximum * 1.25;
  const leaders = labels.map(({ line, last, y }) =>
    Plot.line([last, { evaluations: edge, error: y }], {
      x: "evaluations",
      y: "error",
      stroke: orderColor(line),
      strokeOpacity: 0.35,
      strokeWidth: 1,
    }),
  );
  const ticks = [6, 12, 24, 48, 96, 192, 384].filter((tick) => tick <= maximum);
  const text = labels.map(({ line, y }) => ({ x: edge, y, name: `${line.name}  ${line.fitted.toFixed(1)}`, line }));
  return {
    label: `${y} against network evaluations, both logarithmic: ${list.map((l) => `${l.name} ${l.fitted.toFixed(1)}`).join(", ")}`,
    ...{ height, marginRight: right, marginLeft: 50, marginBottom: 42 },
    x: { type: "log", domain: [5, edge], label: "network evaluations", axis: null },
    y: { type: "log", domain: [...domain], label: y, ticks: powersOfTen(...domain), tickFormat: powerText },
    marks: [
      ...gridLines({ x: ticks, y: powersOfTen(...domain) }),
      Plot.axisX(ticks, { text: (tick: number) => `${tick}` }), // Plot's own leaves ticks of long ranges unnamed
      ...leaders,
      ...list.flatMap(errorLine),
      Plot.text(text, {
        x: "x",
        y: "y",
        text: "name",
        fill: (d: (typeof text)[number]) => orderColor(d.line),
        textAnchor: "start",
        dx: 4,
        fontSize: narrow ? 10 : 11.5,
      }),
    ],
  };
}

const columns: readonly Column<Convergence>[] = [
  { title: "sampler", cell: ({ title }) => title },
  { title: "name", cell: ({ name }) => html`<code>${name}</code>` },
  { title: "noise", cell: ({ stochastic }) => (stochastic ? "fresh" : "none") },
  { title: "declared order", number: true, cell: ({ declared }) => declared },
  { title: "fitted order", number: true, cell: ({ fitted }) => fitted.toFixed(2) },
  { title: "error at about 48 evaluations", number: true, cell: ({ points }) => nearest48(points).toExponential(1) },
];

const nearest48 = (points: Convergence["points"]): number =>
  points.reduce((best, p) => (Math.abs(p.evaluations - 48) < Math.abs(best.evaluations - 48) ? p : best)).error;

const range = (list: readonly Convergence[]): readonly [number, number] => {
  const errors = list.flatMap(({ points }) => points.map(({ error }) => error));
  return [Math.min(...errors) / 2.5, Math.max(...errors) * 1.6];
};
const mostEvaluations = (list: readonly Convergence[]): number =>
  Math.max(...list.flatMap(({ points }) => points.map(({ evaluations }) => evaluations)));

/** Every sampler's error against evaluations, with fitted orders. */
export async function convergencePart(): Promise<Part> {
  const [flow, variance] = [await flowConvergence(), await varianceConvergence()];
  const plot = (list: readonly Convergence[], y: string) =>
    screenDrawing((_, narrow) => errorFigure(list, { y, domain: range(list), maximum: mostEvaluations(list) }, narrow));
  const names = ([0, 1, 2, 3] as const).map((order) => [color(shades[order]), `order ${order}`] as const);
  const body = [
    html`<p>The order of a sampler is how fast its error falls as evaluations are spent: twice as many make it
      ${formula("2^k")} times smaller. Beside each name stands the slope that was fitted to its last four points.</p>`,
    figure(
      [legend(names), plot(flow, "error of x")],
      html`<b>Deterministic samplers.</b> Distance from where the exact probability flow of the mixture leads, from 0.9 T
        to 0.05 T of the cosine schedule; colored by fitted order. Samplers that are one method lie on one line.`,
    ),
    figure(
      [legend(names), plot(variance, "error of the variance")],
      html`<b>Stochastic samplers.</b> Error of the last x's variance for normal data over the same levels, computed
        without drawing.
        Samplers of order 0 (consistency models' among them) are not made to converge with a plain denoiser.`,
    ),
    table(columns, [...flow, ...variance]),
  ];
  const section: Section = { id: "orders", title: "Orders of convergence", body };
  return { section, data: { deterministic: flow, stochastic: variance } };
}
