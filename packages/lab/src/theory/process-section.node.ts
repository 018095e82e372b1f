import * as Plot from "@observablehq/plot";
import { noised, scheduleNamed, scheduleNames, schedules, toCoordinates, variancePreserving } from "aquatint/diffusion";
import { type Image, imageToTensor, tensorToImage } from "aquatint/formats";
import { torchCpu } from "aquatint/math";
import { formula, html } from "../reports/html.ts";
import { figure, imageStrip, inlineImage, legend, type Section } from "../reports/page.ts";
import { type DrawingOptions, gridLines, powerText, screenDrawing } from "../reports/plot.node.ts";
import { color } from "../reports/theme.ts";
import { type VariancePoint, variancesOfToy } from "./likelihoods.ts";
import { alphaBarFigure, logSnrFigure, scheduleColor } from "./schedule-figures.node.ts";

/** A section with the numbers that it shows. */
export interface Part {
  readonly section: Section;
  readonly data: unknown;
}

/** The lecture's figure, and the signal-to-noise ratio of every schedule. */
export function schedulesPart(): Part {
  const two = [schedules.linear(), schedules.cosine()];
  const all = scheduleNames.map((name) => scheduleNamed(name));
  const names = (list: typeof two) => legend(list.map(({ name }) => [scheduleColor(list, name), name]));
  const body = [
    html`<p>A schedule says how much of the image is left at time t: ${formula("ᾱ")} falls from 1 to 0, and
      ${formula("x_t = √ᾱ_t x_0 + √(1 − ᾱ_t) ε")}. The cosine keeps more of the image for longer.</p>`,
    figure(
      [names(two), screenDrawing(() => alphaBarFigure(two))],
      html`<b>The lecture's figure.</b> The share of the signal's variance over t / T: linear in β, and
        ${formula("ᾱ_t = cos²(πt / 2T)")}.`,
    ),
    figure(
      [names(all), screenDrawing(() => logSnrFigure(all))],
      html`<b>Signal-to-noise ratio</b> ${formula("ᾱ / (1 − ᾱ)")} of every schedule, in powers of ten. It is all that
        matters of a schedule: two with the same ratio differ by a factor of x.`,
    ),
  ];
  const tenths = Array.from({ length: 11 }, (_, i) => i / 10);
  const data = all.map(({ name, steps, alphaBar }) => ({
    name,
    steps,
    alphaBar: tenths.map((u) => alphaBar(u * steps)),
  }));
  return { section: { id: "schedules", title: "Noise schedules", body }, data };
}

/** q(x_t | x_0) of an image as a strip. */
export function forwardPart(image: Image, caption: string): Part {
  const times = [0, 100, 250, 500, 750, 1000];
  const x0 = imageToTensor(image);
  const eps = torchCpu(1).randn(x0.length);
  const row = (name: string) => {
    const schedule = scheduleNamed(name);
    return times.map((t) => {
      const level = toCoordinates(variancePreserving, schedule.level(t));
      const pixels = tensorToImage(noised(level, { x0, eps }), image);
      return { content: inlineImage(pixels, `${caption} at t = ${t} of ${name}`), caption: `t = ${t}` };
    });
  };
  const body = [
    html`<p>Any ${formula("x_t")} is reached in one jump or step by step, with the same distribution. The noise
      ${formula("ε")} is the same in every image of a row; only its share grows.</p>`,
    ...["linear", "cosine"].map((name) =>
      figure(imageStrip(row(name)), html`<b>${name}.</b> ${formula("q(x_t | x_0)")} of “${caption}”.`),
    ),
  ];
  return { section: { id: "forward", title: "The forward process", body }, data: { times, caption } };
}

/** The posterior's variance between its two bounds. */
export function posteriorPart(): Part {
  const points = variancesOfToy(schedules.linear());
  const names = [
    [color("blue"), html`lower bound ${formula("β̃_t")}: data that is one point`],
    [color("red"), "the truth for the mixture below"],
    [color("ochre"), html`upper bound ${formula("β_t")}: data that is noise`],
  ] as const;
  const body = [
    html`<p>Given ${formula("x_0")}, a step back is known exactly: ${formula("q(x_{t−1} | x_t, x_0)")} is a normal of
      variance ${formula("β̃_t")}. Without ${formula("x_0")} the variance is larger by what is not known of it, and at
      most ${formula("β_t")} for data of unit variance. The bounds differ only in the first steps, where the details
      are.</p>`,
    figure(
      [legend(names), screenDrawing((_, narrow) => varianceFigure(points, narrow))],
      html`<b>Variance of ${formula("x_{t−1}")} given ${formula("x_t")}</b> as a share of ${formula("β_t")}, linear
        schedule, T = 1000; the mixture's is exact, averaged over 1500 draws.`,
    ),
  ];
  return { section: { id: "posterior", title: "The posterior", body }, data: points };
}

function varianceFigure(points: readonly VariancePoint[], narrow: boolean): DrawingOptions {
  const line = (y: keyof VariancePoint, stroke: string) => Plot.line(points, { x: "t", y, stroke, strokeWidth: 2 });
  return {
    label: "Variance of a reverse step as a share of beta, between its two bounds, against t",
    height: narrow ? 280 : 320,
    marginLeft: 46,
    marginBottom: 42,
    x: { type: "log", domain: [2, 1000], label: "t", ticks: [10, 100, 1000], tickFormat: powerText },
    y: { domain: [0.4, 1.02], label: "variance / β", ticks: 6 },
    marks: [
      ...gridLines({ x: [10, 100, 1000] }),
      Plot.ruleY([1], { stroke: color("ochre"), strokeWidth: 2 }),
      line("small", color("blue")),
      line("exact", color("red")),
    ],
  };
}
