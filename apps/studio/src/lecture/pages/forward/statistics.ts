import { gaussianMixture } from "aquatint/diffusion";

/** Ends of the histograms. */
export const histogramRange = [-4, 4] as const;
const BINS = 64;
const WIDTH = (histogramRange[1] - histogramRange[0]) / BINS;

/** Numbers about the values of an image. */
export interface ValueStatistics {
  readonly mean: number;
  /** Standard deviation. */
  readonly deviation: number;
  /** Share of the values in each bin, by the bin's width. */
  readonly density: Float64Array;
}

/** Mean, standard deviation and histogram of values. */
export function describeValues(values: ArrayLike<number>): ValueStatistics {
  const density = new Float64Array(BINS);
  let [sum, squares] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    sum += value;
    squares += value ** 2;
    const bin = Math.floor((value - histogramRange[0]) / WIDTH);
    if (bin >= 0 && bin < BINS) density[bin] = (density[bin] ?? 0) + 1 / (values.length * WIDTH);
  }
  const mean = sum / values.length;
  return { mean, deviation: Math.sqrt(Math.max(squares / values.length - mean ** 2, 0)), density };
}

/** The density of N(0, 1) at the centers of the bins. */
export const standardDensity: Float64Array = gaussianMixture([{ mean: [0], covariance: 1 }])
  .logDensity(Array.from({ length: BINS }, (_, i) => histogramRange[0] + (i + 0.5) * WIDTH))
  .map(Math.exp);
