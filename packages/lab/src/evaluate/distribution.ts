import { itemAt } from "aquatint/util";
import type { Features } from "./features.ts";
import { frechetDistance, momentsOf } from "./frechet.ts";
import { bootstrap, type Interval, wilson } from "./intervals.ts";
import { neighborhood } from "./neighbors.ts";

/** A number about two sets of images, with its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly interval: Interval;
}

/** Distances of generated images from real ones, in a judge's features. */
export interface SetDistance {
  /** Squared Fréchet distance, in the judge's own units: comparable between models of one judge and one count alone. */
  readonly frechet: Estimate;
  readonly precision: Estimate;
  readonly recall: Estimate;
  readonly density: Estimate;
  readonly coverage: Estimate;
}

/** Equally many real and generated images; those at the same place are drawn together. */
export interface SetDistanceInput {
  readonly real: Features;
  readonly generated: Features;
  /** Draws for the interval of the Fréchet distance, each of which takes matrix roots; 20 if absent. */
  readonly resamples?: number;
}

/** Compares generated with real images. @throws AquatintError "evaluate/too-few" */
export function setDistance({ real, generated, resamples = 20 }: SetDistanceInput): SetDistance {
  const { precise, recalled, densities, covered } = neighborhood({ real, generated });
  return {
    frechet: frechet({ real, generated, resamples }),
    precision: shareOf(precise),
    recall: shareOf(recalled),
    density: meanOf(densities),
    coverage: shareOf(covered),
  };
}

function frechet({ real, generated, resamples }: Required<SetDistanceInput>): Estimate {
  const drawn = (set: Features, indices: Int32Array) => momentsOf(Array.from(indices, (i) => itemAt(set, i)));
  const value = frechetDistance(momentsOf(real), momentsOf(generated));
  const again = (indices: Int32Array) => frechetDistance(drawn(real, indices), drawn(generated, indices));
  return { value, interval: bootstrap(again, { n: real.length, resamples, about: value }) };
}

function shareOf(answers: readonly boolean[]): Estimate {
  const hits = answers.filter(Boolean).length;
  return { value: hits / answers.length, interval: wilson(hits, answers.length) };
}

function meanOf(values: readonly number[]): Estimate {
  const n = values.length;
  const mean = (indices: Int32Array) => indices.reduce((sum, i) => sum + itemAt(values, i), 0) / n;
  return { value: mean(Int32Array.from(values.keys())), interval: bootstrap(mean, { n }) };
}
