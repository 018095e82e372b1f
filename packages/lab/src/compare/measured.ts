import type { Split } from "aquatint/data";
import { itemAt } from "aquatint/util";
import type { Estimate, SetDistance } from "../evaluate/distribution.ts";
import type { Bound } from "./model-kind.ts";

/** Distances of images from real ones; each number with its 95 % interval. */
export interface ImageMeasures {
  readonly distance: SetDistance;
  /** Share of images of which the judge names what their caption asks for. */
  readonly accuracy: Estimate;
  /** Mean slope; compare with that of real images. */
  readonly sharpness: Estimate;
}

/** A model with one way of making images. */
export interface MeasuredPoint extends ImageMeasures {
  readonly label: string;
  readonly evaluations: number;
  /** The fastest of several single images. */
  readonly seconds: number;
  /** An image's share of all that were made in batches. */
  readonly secondsInBatch: number;
}

/** Training of a model. */
export interface Training {
  readonly minutes: number;
  readonly steps: number;
  readonly batchSize: number;
  /** Everything that was trained, a critic too. */
  readonly parameters: number | null;
  /** "AMD EPYC, 2 cores, 1 thread": where; null where that is not recorded. */
  readonly machine: string | null;
}

/** Measurements of a model. */
export interface MeasuredModel {
  readonly name: string;
  /** The task that trains its kind. */
  readonly task: string;
  /** Parameters of the network that makes images. */
  readonly parameters: number;
  readonly training: Training;
  readonly points: readonly MeasuredPoint[];
  /** Bits per dimension; null where its kind has none. */
  readonly bound: Bound | null;
  /** Root mean squared differences from generated images to the nearest of training. */
  readonly neighbors: readonly number[];
}

/** A model whose likelihood has a bound. */
export type BoundedModel = MeasuredModel & { readonly bound: Bound };

/** Tells whether a model's likelihood has a bound. */
export const hasBound = (model: MeasuredModel): model is BoundedModel => model.bound !== null;

/** Everything that a comparison found. */
export interface Measured {
  readonly title: string;
  /** Images that each way made, and real ones beside them. */
  readonly images: number;
  /** Which real ones. */
  readonly split: Split;
  readonly size: readonly [height: number, width: number];
  readonly models: readonly MeasuredModel[];
  /** Real images beside other real ones: what a perfect model of this count would get. */
  readonly floor: ImageMeasures;
  /** From real images to the nearest of training. */
  readonly floorNeighbors: readonly number[];
}

/** A point with its model. */
export interface NamedPoint extends MeasuredPoint {
  readonly model: MeasuredModel;
  /** "VAE", "diffusion · DDIM 16" */
  readonly name: string;
}

/** Every point of a comparison, in order. */
export const pointsOf = ({ models }: Pick<Measured, "models">): readonly NamedPoint[] =>
  models.flatMap((model) =>
    model.points.map((point) => ({ ...point, model, name: [model.name, point.label].filter(Boolean).join(" · ") })),
  );

/** The models whose images do not take longer with more evaluations: something else had the machine while they were timed. */
export const mistimed = ({ models }: Pick<Measured, "models">): readonly MeasuredModel[] =>
  models.filter(({ points }) => {
    const inOrder = points.toSorted((a, b) => a.evaluations - b.evaluations);
    return inOrder.some(({ seconds }, i) => i > 0 && seconds < itemAt(inOrder, i - 1).seconds);
  });
