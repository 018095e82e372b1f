import type { Estimate } from "../evaluate/distribution.ts";
import type { Column } from "../reports/page.ts";
import { duration, figureText } from "../reports/words.ts";
import { type Measured, type MeasuredModel, type PictureMeasures, pointsOf } from "./measured.ts";

/** A row of the table of figures: a way of making pictures, or real ones. */
export interface FigureRow extends PictureMeasures {
  readonly name: string;
  readonly evaluations?: number;
  readonly seconds?: number;
  readonly secondsInBatch?: number;
}

/** The rows of all points. */
export const pointRows = (measured: Measured): readonly FigureRow[] => pointsOf(measured);
/** What real pictures get. */
export const floorRow = ({ floor }: Measured): FigureRow => ({ ...floor, name: "other real pictures" });

const short = (value: number): string => figureText(Number(value.toPrecision(value < 1 ? 2 : 3)));
const estimated = ({ value, interval: [low, high] }: Estimate): string =>
  `${short(value)} [${short(low)}, ${short(high)}]`;
/** Milliseconds below a second. */
const time = (seconds: number | undefined): string =>
  seconds === undefined ? "" : seconds < 1 ? `${short(1000 * seconds)} ms` : duration(seconds);

const number = <Row>(title: string, cell: (row: Row) => string): Column<Row> => ({ title, number: true, cell });

/** The measurements of each point. */
export const distanceColumns: readonly Column<FigureRow>[] = [
  { title: "", cell: ({ name }) => name },
  number("evaluations", ({ evaluations }) => (evaluations === undefined ? "" : String(evaluations))),
  number("a picture", ({ seconds }) => time(seconds)),
  number("in batches", ({ secondsInBatch }) => time(secondsInBatch)),
  number("Fréchet distance", ({ distance }) => estimated(distance.frechet)),
  number("precision", ({ distance }) => estimated(distance.precision)),
  number("recall", ({ distance }) => estimated(distance.recall)),
  number("density", ({ distance }) => estimated(distance.density)),
  number("coverage", ({ distance }) => estimated(distance.coverage)),
  number("class accuracy", ({ accuracy }) => estimated(accuracy)),
  number("mean slope", ({ sharpness }) => estimated(sharpness)),
];

/** The bounds of the models that have one. */
export const boundColumns: readonly Column<MeasuredModel>[] = [
  { title: "", cell: ({ name }) => name },
  number("reconstruction", ({ bound }) => bound!.elbo.reconstruction.toFixed(3)),
  number("prior matching", ({ bound }) => bound!.elbo.priorMatching.toFixed(3)),
  number("denoising matching", ({ bound }) => bound!.elbo.denoisingMatching.toFixed(3)),
  number("ELBO", ({ bound }) => bound!.elbo.total.toFixed(3)),
  number("importance-weighted", ({ bound }) => bound!.importanceWeighted?.toFixed(3) ?? ""),
];

/** How each model was trained. */
export const trainingColumns: readonly Column<MeasuredModel>[] = [
  { title: "", cell: ({ name }) => name },
  number("weights that make pictures", ({ parameters }) => parameters.toLocaleString("en")),
  number("weights trained", ({ training }) => training.parameters?.toLocaleString("en") ?? ""),
  number("time", ({ training }) => duration(60 * training.minutes)),
  number("steps", ({ training }) => training.steps.toLocaleString("en")),
  number("pictures seen", ({ training }) => (training.steps * training.batchSize).toLocaleString("en")),
];
