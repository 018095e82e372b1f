import { AquatintError, itemAt } from "aquatint/util";
import { logNormalInterval, tanhNormalCdf } from "./normal.ts";

/** Independent normals, one an element; one number stands for all elements. */
export interface Normals {
  readonly mean: ArrayLike<number> | number;
  /** ln of the variance. */
  readonly logVariance: ArrayLike<number> | number;
}

/** ln p(x) of each element under its normal, in nats. */
export type LogLikelihood = (x: ArrayLike<number>, normals: Normals) => Float64Array;

const at = (values: ArrayLike<number> | number, i: number): number =>
  typeof values === "number" ? values : itemAt(values, i);

/** KL(q || p) of each of n elements, in nats; 0 where they are the same. A VAE's prior matching is p = N(0, 1). */
export function normalKl(q: Normals, p: Normals, n: number): Float64Array {
  checkLengths([q, p], n);
  return new Float64Array(n).map((_, i) => {
    const wider = at(p.logVariance, i) - at(q.logVariance, i);
    const away = (at(q.mean, i) - at(p.mean, i)) ** 2 * Math.exp(-at(p.logVariance, i));
    return (wider + Math.expm1(-wider) + away) / 2;
  });
}

/** The density of each element: for data that is continuous. */
export const normalLogDensity: LogLikelihood = (x, normals) => {
  checkLengths([normals], x.length);
  return Float64Array.from(x, (value, i) => {
    const logVariance = at(normals.logVariance, i);
    return -(Math.log(2 * Math.PI) + logVariance + (value - at(normals.mean, i)) ** 2 * Math.exp(-logVariance)) / 2;
  });
};

/** ln of a standard normal's probability of an interval, whose ends may be infinite. */
export type LogInterval = (a: number, b: number) => number;

/**
 * The interval by the error function, and as improved-diffusion has it: by tanh, and at least 1e-12; and that of a
 * logistic distribution whose scale stands in the deviation's place (Salimans et al. 2017).
 */
export const logIntervals = {
  erf: logNormalInterval,
  logistic: (a, b) => Math.log(-Math.expm1(a - b)) - softplus(-b) - softplus(a),
  tanh: (a, b) => Math.log(Math.max(tanhNormalCdf(b) - tanhNormalCdf(a), 1e-12)),
} as const satisfies Readonly<Record<string, LogInterval>>;

/** ln(1 + e^x). */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Options of `discretized`. */
export interface DiscretizedOptions {
  /** Values that a channel can have, from -1 to 1; 256 for 8-bit images. */
  readonly values?: number;
  readonly interval?: keyof typeof logIntervals;
}

/**
 * The probability of each element's rounding interval: for images, whose values are whole numbers brought to -1 .. 1;
 * the first and the last interval are open (Ho et al. 2020, equation 13).
 */
export function discretized({ values = 256, interval = "erf" }: DiscretizedOptions = {}): LogLikelihood {
  const half = 1 / (values - 1);
  const logInterval = logIntervals[interval];
  return (x, normals) => {
    checkLengths([normals], x.length);
    return Float64Array.from(x, (value, i) => {
      const [mean, deviation] = [at(normals.mean, i), Math.exp(at(normals.logVariance, i) / 2)];
      const low = value - half <= -1 ? Number.NEGATIVE_INFINITY : (value - half - mean) / deviation;
      const high = value + half >= 1 ? Number.POSITIVE_INFINITY : (value + half - mean) / deviation;
      return logInterval(low, high);
    });
  };
}

/** The mean over elements of so many nats each, in bits. */
export const bitsPerDimension = (nats: Float64Array): number =>
  nats.reduce((sum, value) => sum + value, 0) / nats.length / Math.LN2;

function checkLengths(normals: readonly Normals[], n: number): void {
  for (const { mean, logVariance } of normals) {
    for (const values of [mean, logVariance]) {
      if (typeof values === "number" || values.length === n) continue;
      throw new AquatintError("shape/mismatch", `normals of ${values.length} elements were given for ${n}`);
    }
  }
}
