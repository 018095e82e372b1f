import * as Plot from "@observablehq/plot";
import { tensorToImage } from "aquatint/formats";
import { itemAt } from "aquatint/util";
import type { Elbo, ElboTerm } from "../elbo/index.ts";
import { formula, html } from "../reports/html.ts";
import { figure, imageStrip, inlineImage, legend, note, table } from "../reports/page.ts";
import { type DrawingOptions, gridLines, powersOfTen, powerText, screenDrawing } from "../reports/plot.node.ts";
import { color } from "../reports/theme.ts";
import type { TheoryImage, TheoryImages } from "./images.node.ts";
import { type BoundComparison, boundsOfToy } from "./likelihoods.ts";
import { denoisedOnce, type OneShot } from "./one-shot.ts";
import type { PixelDenoiser } from "./pixel-denoiser.ts";
import { filled, sparseElbo } from "./pixel-elbo.ts";
import type { Part } from "./process-section.node.ts";

/** The bound on the mixture, whose likelihood is known. */
export async function mixturePart(): Promise<Part> {
  const bounds = await boundsOfToy();
  const names = [
    [color("blue"), html`ELBO, variance ${formula("β̃")}`],
    [color("ochre"), html`ELBO, variance ${formula("β")}`],
    [color("red"), html`exact ${formula("−log₂ p(x_0)")}`],
  ] as const;
  const body = [
    html`<p>For the mixture the likelihood itself is known, and its denoiser is perfect. What is left of the ELBO's gap
      comes from steps that are too long to be normals: it closes as T grows.</p>`,
    figure(
      [legend(names), screenDrawing((_, narrow) => boundFigure(bounds, narrow))],
      html`<b>The bound and the truth</b> for 400 points of the mixture, over the number of steps T; the log-SNR falls
        evenly from 9 to −9. At ${itemAt(bounds.bounds, -1).steps} steps the better bound is
        ${itemAt(bounds.bounds, -1).bits.toFixed(3)} bits per dimension, the truth ${bounds.exact.toFixed(3)}.`,
    ),
  ];
  return { section: { id: "bound", title: "The ELBO and the likelihood", body }, data: bounds };
}

function boundFigure({ exact, bounds }: BoundComparison, narrow: boolean): DrawingOptions {
  const line = (variance: "small" | "forward", stroke: string) => {
    const points = bounds.filter((bound) => bound.variance === variance);
    return [
      Plot.line(points, { x: "steps", y: "bits", stroke, strokeWidth: 2, clip: true }),
      Plot.dot(points, { x: "steps", y: "bits", fill: stroke, r: 3, clip: true }),
    ];
  };
  const steps = [...new Set(bounds.map((bound) => bound.steps))];
  return {
    label: "Bits per dimension of two bounds against T, and the exact likelihood",
    ...{ height: narrow ? 280 : 320, marginLeft: 46, marginBottom: 42 },
    x: {
      type: "log",
      domain: [itemAt(steps, 0) * 0.9, itemAt(steps, -1) * 1.1],
      label: "T",
      ticks: steps,
      tickFormat: (tick: number) => `${tick}`,
    },
    y: { domain: [0.5, 4], label: "bits per dimension", ticks: 7 },
    marks: [
      ...gridLines({ x: steps }),
      Plot.ruleY([exact], { stroke: color("red"), strokeWidth: 2, strokeDasharray: "5 4" }),
      ...line("small", color("blue")),
      ...line("forward", color("ochre")),
    ],
  };
}

const SIGMA = 0.75;

/** Model and images of the page. */
export interface ModelInput {
  readonly model: PixelDenoiser;
  readonly images: TheoryImages;
  readonly signal?: AbortSignal | undefined;
}

const imageOf = (values: Float32Array, size: number) => tensorToImage(values, { width: size, height: size });

/** One-shot denoising of the images at sigma = 0.75. */
export async function oneShotPart({ model, images, signal }: ModelInput): Promise<Part> {
  const { size, settings } = model;
  const shots: (OneShot & TheoryImage)[] = [];
  for (const [i, { values, caption }] of images.list.entries()) {
    const denoise = await model.conditioned([caption], signal);
    const shot = await denoisedOnce(denoise, { x0: values, sigma: SIGMA, seed: i, schedule: settings.schedule });
    shots.push({ ...shot, caption, values });
  }
  const mean = (of: "before" | "after") => shots.reduce((sum, { psnr }) => sum + psnr[of], 0) / shots.length;
  const rows = [
    shots.map(({ values, caption }) => ({ values, says: caption || "no caption" })),
    shots.map(({ x, psnr }) => ({ values: x, says: `${psnr.before.toFixed(1)} dB` })),
    shots.map(({ x0, psnr }) => ({ values: x0, says: `${psnr.after.toFixed(1)} dB` })),
  ].map((row, k) => {
    const what = itemAt(["the image", "noised", "denoised"], k);
    return imageStrip(
      row.map(({ values, says }) => ({
        content: inlineImage(imageOf(values, size), `${what}: ${says}`),
        caption: says,
      })),
    );
  });
  const body = [
    html`<p>The network sees ${formula("x = x_0 + σε")} once, at ${formula("σ = 0.75")}, and says what image it
      believes to be under the noise: ${formula("x̂_0")}, on average over what it might be.</p>`,
    figure(
      rows,
      html`<b>One shot at σ = 0.75</b> (t = ${itemAt(shots, 0).t.toFixed(0)} of ${settings.schedule.steps}): the image, the
        noised one, the estimate. Mean PSNR ${mean("before").toFixed(2)} dB before and ${mean("after").toFixed(2)} dB
        after, over ${images.described}.`,
    ),
  ];
  const data = shots.map(({ caption, t, psnr }) => ({ caption, t, ...psnr }));
  return { section: { id: "one-shot", title: "Denoising in one shot", body }, data: { sigma: SIGMA, images: data } };
}

const EVALUATIONS = 120;

/** The pixel model's bound on the images, its three terms and its denoising terms over t. */
export async function pixelElboPart({ model, images, signal }: ModelInput): Promise<Part> {
  const { list } = images;
  const x0 = new Float32Array(list.length * itemAt(list, 0).values.length);
  for (const [i, { values }] of list.entries()) x0.set(values, i * values.length);
  const { schedule } = model.settings;
  const denoise = await model.conditioned(
    list.map(({ caption }) => caption),
    signal,
  );
  const terms: ElboTerm[] = [];
  for await (const term of sparseElbo({ denoise, schedule, x0, evaluations: EVALUATIONS, seed: 5, signal })) {
    terms.push(term);
  }
  const bound = filled(terms);
  const matching = terms.filter(({ part }) => part === "denoising matching");
  const body = [
    html`<p>The bound of a trained network has three parts: what the last step says of the image's 8-bit values, what
      is left of it at T, and, for every t between, how far the learned step is from the true one. Its likelihood is
      not known; the bound is all there is. Fewer bits are better; an image stored as it is takes 8.</p>`,
    table(termColumns, termRows(bound)),
    figure(
      screenDrawing((_, narrow) => termsFigure(matching, narrow)),
      html`<b>Denoising terms over t</b> of ${images.described}, fixed variance ${formula("β̃")}: most bits are spent
        in the first steps, on details that nobody sees. ${matching.length} of ${schedule.steps - 1} terms were
        evaluated; in the sum those between them are interpolated.`,
    ),
    ...(images.heldOut
      ? []
      : [note("These are the images that were given; whether the model has seen them in training is not known.")]),
  ];
  const data = { images: list.length, heldOut: images.heldOut, bitsPerDimension: bound, terms };
  return { section: { id: "elbo", title: "The pixel model's ELBO", body }, data };
}

interface TermRow {
  readonly name: string;
  readonly symbol: string;
  readonly bits: number;
}

const termRows = ({ reconstruction, priorMatching, denoisingMatching, total }: Elbo): readonly TermRow[] => [
  { name: "reconstruction", symbol: "−log p(x_0 | x_1)", bits: reconstruction },
  { name: "prior matching", symbol: "KL(q(x_T | x_0) ‖ p(x_T))", bits: priorMatching },
  { name: "denoising matching", symbol: "Σ KL(q(x_{t−1} | x_t, x_0) ‖ p(x_{t−1} | x_t))", bits: denoisingMatching },
  { name: "ELBO", symbol: "", bits: total },
];
const termColumns = [
  { title: "term", cell: ({ name }: TermRow) => name },
  { title: "", cell: ({ symbol }: TermRow) => formula(symbol) },
  { title: "bits per dimension", number: true, cell: ({ bits }: TermRow) => bits.toFixed(4) },
];

function termsFigure(terms: readonly ElboTerm[], narrow: boolean): DrawingOptions {
  const bits = terms.map((term) => term.bits);
  const [tens, powers] = [[10, 100, 1000], powersOfTen(Math.min(...bits), Math.max(...bits))];
  return {
    label: "Bits per dimension of each denoising term against t, both logarithmic",
    ...{ height: narrow ? 280 : 340, marginLeft: 58, marginBottom: 42 },
    x: { type: "log", label: "t", ticks: [...tens], tickFormat: powerText },
    y: { type: "log", label: "bits per dimension", ticks: [...powers], tickFormat: powerText },
    marks: [
      ...gridLines({ x: tens, y: powers }),
      Plot.line(terms, { x: "t", y: "bits", stroke: color("blue"), strokeWidth: 1.6 }),
      Plot.dot(terms, { x: "t", y: "bits", fill: color("blue"), r: 2 }),
    ],
  };
}
