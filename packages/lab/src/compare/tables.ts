import { duration, figureText } from "aquatint/util";
import type { Estimate } from "../evaluate/distribution.ts";
import type { Column } from "../reports/page.ts";
import { type BoundedModel, type ImageMeasures, type Measured, type MeasuredModel, pointsOf } from "./measured.ts";

/** A row of the table of figures: a way of making images, or real ones. */
export interface FigureRow extends ImageMeasures {
  readonly name: string;
  readonly evaluations?: number;
  readonly seconds?: number;
  readonly secondsInBatch?: number;
}

/** The rows of all points. */
export const pointRows = (measured: Measured): readonly FigureRow[] => pointsOf(measured);
/** Row of real images. */
export const floorRow = ({ floor }: Measured): FigureRow => ({ ...floor, name: "other real images" });

const short = (value: number): string => {
  const size = Math.abs(value);
  if (size > 0 && size < 0.1) return value.toPrecision(2);
  return value.toFixed(size < 10 ? 2 : size < 100 ? 1 : 0);
};
const SPACE = "\u00a0"; // keeps a number and its interval on one line
const estimated = ({ value, interval: [low, high] }: Estimate, format = short): string =>
  `${format(value)}${SPACE}[${format(low)},${SPACE}${format(high)}]`;
const share = (estimate: Estimate): string => estimated(estimate, (value) => value.toFixed(2));
/** Milliseconds below a second. */
const time = (seconds: number | undefined): string =>
  seconds === undefined
    ? ""
    : seconds < 1
      ? `${figureText(Number((1000 * seconds).toPrecision(3)))} ms`
      : duration(seconds);

const number = <Row>(title: string, cell: (row: Row) => string): Column<Row> => ({ title, number: true, cell });

const HYPHEN = "\u2011"; // keeps a sampler's name on one line
const nameColumn: Column<FigureRow> = {
  title: "",
  cell: ({ name }) => name.replaceAll(" ", SPACE).replaceAll("-", HYPHEN),
};

/** Columns of distances from real images. */
export const distanceColumns: readonly Column<FigureRow>[] = [
  nameColumn,
  number("Fréchet distance", ({ distance }) => estimated(distance.frechet)),
  number("precision", ({ distance }) => share(distance.precision)),
  number("recall", ({ distance }) => share(distance.recall)),
  number("coverage", ({ distance }) => share(distance.coverage)),
];

/** Columns of measures of single images. */
export const imageColumns: readonly Column<FigureRow>[] = [
  nameColumn,
  number("density", ({ distance }) => share(distance.density)),
  number("class accuracy", ({ accuracy }) => share(accuracy)),
  number("mean slope", ({ sharpness }) => estimated(sharpness)),
];

/** Columns of time. */
export const timeColumns: readonly Column<FigureRow>[] = [
  nameColumn,
  number("evaluations", ({ evaluations }) => String(evaluations ?? "")),
  number("one image", ({ seconds }) => time(seconds)),
  number("each of a batch", ({ secondsInBatch }) => time(secondsInBatch)),
];

/** The bounds of the models that have one. */
export const boundColumns: readonly Column<BoundedModel>[] = [
  { title: "", cell: ({ name }) => name },
  number("reconstruction", ({ bound }) => bound.elbo.reconstruction.toFixed(3)),
  number("prior matching", ({ bound }) => bound.elbo.priorMatching.toFixed(3)),
  number("denoising matching", ({ bound }) => bound.elbo.denoisingMatching.toFixed(3)),
  number("ELBO", ({ bound }) => bound.elbo.total.toFixed(3)),
  number("importance-weighted", ({ bound }) => bound.importanceWeighted?.toFixed(3) ?? ""),
];

/** Columns of training. */
export const trainingColumns: readonly Column<MeasuredModel>[] = [
  { title: "", cell: ({ name }) => name },
  number("weights that make images", ({ parameters }) => parameters.toLocaleString("en")),
  number("weights trained", ({ training }) => training.parameters?.toLocaleString("en") ?? ""),
  number("time", ({ training }) => duration(60 * training.minutes)),
  number("steps", ({ training }) => training.steps.toLocaleString("en")),
  number("images seen", ({ training }) => (training.steps * training.batchSize).toLocaleString("en")),
];
