import { type Image, imageGrid, imageStrip, tensorToImages } from "aquatint/formats";
import { duration, itemAt, lookup } from "aquatint/util";
import type { Estimate } from "../evaluate/distribution.ts";
import type { NeighborRows } from "../evaluate/nearest.ts";
import { type Content, html } from "../reports/html.ts";
import { figure, inlineImage, legend, note, page, type Section, sheet, table } from "../reports/page.ts";
import { type Claim, claimsOf, judged } from "./claims.ts";
import { modelColors } from "./colors.ts";
import type { MeasureConfig } from "./config.ts";
import { modelKinds } from "./kinds/registry.ts";
import type { RealSet } from "./measure.ts";
import { hasBound, type Measured, type MeasuredModel, mistimed, type NamedPoint, pointsOf } from "./measured.ts";
import { SAMPLE_COUNT } from "./report-images.ts";
import { speedFigure } from "./speed.node.ts";
import {
  boundColumns,
  distanceColumns,
  floorRow,
  imageColumns,
  pointRows,
  timeColumns,
  trainingColumns,
} from "./tables.ts";
import { trilemmaFigure } from "./triangle.node.ts";
import { corners, trilemma } from "./trilemma.ts";

/** A model with what is shown of it. */
export interface ShownModel {
  readonly measured: MeasuredModel;
  /** Images [n, 3, h, w] of each way of making them. */
  readonly samples: readonly Float32Array[];
  /** The way that takes the most evaluations. */
  readonly finest: number;
  readonly ways: {
    readonly captions: readonly string[];
    readonly rows: readonly (readonly Image[])[];
    readonly label: string;
  };
  readonly neighbors: NeighborRows;
  readonly measure: MeasureConfig;
}

/** Input of a report. */
export interface ReportInput {
  readonly measured: Measured;
  readonly models: readonly ShownModel[];
  readonly real: RealSet;
  readonly floorRows: NeighborRows;
  readonly maker: string;
}

/** The whole report: one HTML file that needs nothing else. */
export async function comparisonReport(input: ReportInput): Promise<string> {
  const { measured, maker } = input;
  return page({
    kicker: "Aquatint · Comparison",
    title: `${measured.models.map(({ name }) => name).join(", ")}: ${measured.title}`,
    lead: leadOf(measured),
    sections: [
      trilemmaSection(measured),
      claimsSection(measured),
      figuresSection(measured),
      samplesSection(input),
      waysSection(input),
      neighborsSection(input),
      likelihoodSection(input),
      trainingSection(measured),
    ],
    footer: html`Made by <code>aquatint compare</code> (${maker}). Every sentence about a result follows from the numbers
      by a rule; the images are the first ones, none left out.`,
  });
}

const negated = ({ value, interval: [low, high] }: Estimate): Estimate => ({ value: -value, interval: [-high, -low] });

/** The point with the most, and how many others cannot be told from it. */
function foremost(points: readonly NamedPoint[], of: (point: NamedPoint) => Estimate): string {
  const first = points.reduce((a, b) => (of(b).value > of(a).value ? b : a));
  const tied = points.filter((p) => p !== first && judged(of(first), of(p)) !== "shows").length;
  return tied === 0 ? first.name : `${first.name}, from which ${tied} of the other ${points.length - 1} cannot be told`;
}

function leadOf(measured: Measured): Content {
  const points = pointsOf(measured);
  const fastest = points.reduce((a, b) => (b.seconds < a.seconds ? b : a));
  const weights = measured.models.map(({ parameters }) => parameters);
  const [min, max] = [Math.min(...weights), Math.max(...weights)].map((n) => n.toLocaleString("en"));
  return `The same images and captions, the same engine and trainer, ${min} to ${max} weights that make an image.
    Nearest to the data by Fréchet distance: ${foremost(points, (p) => negated(p.distance.frechet))}. Most of the data covered:
    ${foremost(points, (p) => p.distance.coverage)}. Fastest: ${fastest.name}.`;
}

const legendOf = (measured: Measured) =>
  legend([...modelColors(measured)].map(([name, shade]) => [shade, name] as const));

function trilemmaSection(measured: Measured): Section {
  const placed = trilemma(pointsOf(measured), measured.floor.distance);
  const inWords = corners.flatMap((corner) => {
    const members = placed.filter(({ region }) => region === corner);
    return members.length > 0 ? [`${corner}: ${members.map(({ point }) => point.name).join(", ")}`] : [];
  });
  const body = [
    figure(
      [legendOf(measured), trilemmaFigure(measured)],
      html`<b>Where each model is strongest.</b> Quality is measured by precision and coverage by the measure of that name, each as a share of what other real images get; speed is 1 for the fastest and 0 for the slowest, even in the logarithm of the time. A dot lies
        where its three scores pull it and is as large as their mean. By their largest score: ${inWords.join("; ")}.`,
    ),
    figure(
      [legendOf(measured), speedFigure(measured)],
      html`<b>Distance over time</b>, with 95 % intervals; the dashed line is what as many other real images get. Fewer seconds and a
        smaller distance are better.`,
    ),
  ];
  return { id: "trilemma", title: "Quality, coverage, speed", body };
}

function claimsSection(measured: Measured): Section {
  const claims = claimsOf(measured);
  const columns = [
    { title: "what is usually said", cell: ({ story }: Claim) => story },
    { title: "here", cell: ({ verdict }: Claim) => verdict },
    { title: "numbers", cell: ({ evidence }: Claim) => evidence },
  ];
  const count = (kind: Claim["verdict"]) => claims.filter(({ verdict }) => verdict === kind).length;
  const body = [
    html`<p>${claims.length} things are usually said of these models: ${count("shows")} of them show at this scale, of
      ${count("the opposite shows")} the opposite shows, ${count("cannot be told")} cannot be told. A difference counts where the 95 %
      intervals do not meet or, for times and bounds, where the numbers are a tenth apart.</p>`,
    table(columns, claims),
  ];
  return { id: "claims", title: "Does the usual story show?", body };
}

/** Which real images a comparison is with. */
const realImages: Readonly<Record<Measured["split"], string>> = {
  "held-out": "The real images are held out of all training.",
  train:
    "The real images are new draws of what training draws from: images of this data are made as they are drawn, and those that it holds out show other things.",
};

function figuresSection(measured: Measured): Section {
  const disturbed = mistimed(measured);
  const body = [
    html`<p>${measured.images} images of each, of the captions of as many real images, beside those images in
      the features of one classifier that was trained on real images alone. ${realImages[measured.split]} Brackets are
      95 % intervals.</p>`,
    table(distanceColumns, [...pointRows(measured), floorRow(measured)]),
    html`<h3>Image by image</h3>`,
    table(imageColumns, [...pointRows(measured), floorRow(measured)]),
    html`<h3>Time</h3>`,
    table(timeColumns, pointRows(measured)),
    disturbed.length > 0
      ? note(`Single images of ${disturbed.map(({ name }) => name).join(", ")} do not take longer with more evaluations: other
          work had the machine while they were timed. Their times, and the speeds above, are rough; go by those of batches.`)
      : undefined,
  ];
  return { id: "figures", title: "Measured", body };
}

const imagesOf = (values: Float32Array, [height, width]: Measured["size"]) =>
  tensorToImages(values.slice(0, SAMPLE_COUNT * 3 * height * width), { height, width });
const COLUMNS = 16;

function samplesSection({ measured, models, real }: ReportInput): Section {
  const captions = real.captions.slice(0, SAMPLE_COUNT);
  const figureOf = (images: readonly Image[], name: string) =>
    figure(
      sheet(inlineImage(imageGrid(images, { columns: COLUMNS, gap: 1 }), `${images.length} images: ${name}`)),
      html`<b>${name}</b>`,
    );
  const body = [
    html`<p>The first ${captions.length} captions and vectors, row by row: ${captions.join(", ")}.</p>`,
    ...models.flatMap(({ measured: model, samples }) =>
      samples.map((values, i) =>
        figureOf(
          imagesOf(values, measured.size),
          [model.name, itemAt(model.points, i).label].filter(Boolean).join(" · "),
        ),
      ),
    ),
    figureOf(real.images.slice(0, SAMPLE_COUNT), "real images of these captions"),
  ];
  return { id: "samples", title: "Samples, not picked", body };
}

function waysSection({ models }: ReportInput): Section {
  const body = [
    html`<p>From one vector to another along the sphere, on which normal vectors of many numbers lie; the caption stays
      the same in a row. Diffusion goes by steps that add no noise, so that its vector fixes the image.</p>`,
    ...models.map(({ measured, ways }) =>
      figure(
        sheet(inlineImage(imageStrip(ways.rows, { gap: 1 }), `Interpolations of ${measured.name}`)),
        html`<b>${[measured.name, ways.label].filter(Boolean).join(" · ")}</b>: ${ways.captions.join("; ")}`,
      ),
    ),
  ];
  return { id: "interpolation", title: "Ways between vectors", body };
}

const median = (values: readonly number[]): number =>
  itemAt(
    values.toSorted((a, b) => a - b),
    Math.floor(values.length / 2),
  );

function neighborsSection({ models, floorRows }: ReportInput): Section {
  const figureOf = (name: string, { rows, distances }: NeighborRows) =>
    figure(
      sheet(inlineImage(imageStrip(rows, { gap: 1 }), `Images above their nearest training images: ${name}`)),
      html`<b>${name}</b>: images above their nearest training images; median root mean squared difference
        ${median(distances).toFixed(3)} over ${distances.length}.`,
    );
  const body = [
    html`<p>A model that only remembered would lie nearer to its training images than new real images do, and would be
      found out here.</p>`,
    ...models.map(({ measured, neighbors }) => figureOf(measured.name, neighbors)),
    figureOf("other real images", floorRows),
  ];
  return { id: "neighbors", title: "Nearest training images", body };
}

function likelihoodSection({ measured, models }: ReportInput): Section {
  const first = itemAt(models, 0);
  const reasons = measured.models.map(
    ({ name, task }) => html`<p><b>${name}.</b> ${lookup(modelKinds, task).likelihood}</p>`,
  );
  const bounded = measured.models.filter(hasBound);
  const body = [
    html`<p>Bounds on −log₂ p(image | caption) in bits per dimension, of 8-bit values, over ${first.measure.bounds} real
      images. Fewer are better; an image stored as it is takes 8.</p>`,
    table(boundColumns, bounded),
    ...reasons,
  ];
  return { id: "likelihood", title: "Likelihood", body };
}

function trainingSection(measured: Measured): Section {
  const how = measured.models.map(({ name, task }) => html`<p><b>${name}</b>: ${lookup(modelKinds, task).about}.</p>`);
  const machines = [
    ...new Set(measured.models.map(({ training }) => training.machine).filter((machine) => machine !== null)),
  ];
  const total = measured.models.reduce((sum, { training }) => sum + training.minutes, 0);
  const body = [
    ...how,
    table(trainingColumns, measured.models),
    html`<p>${duration(60 * total)} of training in all${machines.length ? `, on ${machines.join(" and ")}` : ""}. Minutes are by the
      clock: where other work shares the machine, fewer steps fit into them.</p>`,
  ];
  return { id: "training", title: "How they were trained", body };
}
