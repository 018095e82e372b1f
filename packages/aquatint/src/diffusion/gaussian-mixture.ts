import { AquatintError } from "../errors.ts";
import { drawUniform } from "../math/draw.ts";
import { symmetricEigen } from "../math/eigen.ts";
import type { RandomStream } from "../math/random.ts";
import { addScaled, dot } from "../math/vector.ts";
import { itemAt, lookup } from "../util/items.ts";
import type { Denoiser } from "./process/denoiser.ts";
import type { Latent } from "./process/latent.ts";
import { cleanLevel, type Level } from "./process/level.ts";
import { type Estimate, type Target, trainingTarget } from "./process/prediction.ts";

/** One normal distribution of a mixture. */
export interface GaussianComponent {
  /** Its share relative to the others', above 0; 1 when absent. */
  readonly weight?: number;
  /** [d] */
  readonly mean: ArrayLike<number>;
  /** Covariance: one number for all elements, of each element [d], or between them: symmetric rows [d][d]. 0 is a point. */
  readonly covariance: number | ArrayLike<number> | readonly ArrayLike<number>[];
}

/** The exact expectations for noised points: E[x_0 | x_t] and E[eps | x_t], rows [n, d]. */
export interface ExactEstimate {
  readonly x0: Float64Array;
  readonly eps: Float64Array;
}

/**
 * Data whose every noised distribution is known: x0 is drawn from a mixture of normals in d dimensions. Points are
 * rows [n, d], flat; a level is of any coordinates, and without one the data itself is meant.
 */
export interface GaussianMixture {
  /** d. */
  readonly dimensions: number;
  /** E[x0], [d]. */
  readonly mean: Float64Array;
  /** Covariance of x0, rows [d][d]. */
  readonly covariance: readonly Float64Array[];
  /** ln q(x_t) of each row, in nats. @throws AquatintError "exact/singular" where a point mass has no density. */
  logDensity(x: ArrayLike<number>, level?: Level): Float64Array;
  /** The gradient of ln q(x_t), rows as x. */
  score(x: ArrayLike<number>, level?: Level): Float64Array;
  /** The posterior means: what a perfect network believes. */
  estimate(x: ArrayLike<number>, level: Level): ExactEstimate;
  /** n independent draws of x_t, rows. */
  sample(random: Pick<RandomStream, "rand" | "randn64">, n: number, level?: Level): Float64Array;
  /** The perfect denoiser, for any sampler. */
  readonly denoise: Denoiser;
  /** The perfect network that outputs a target. */
  network(target: Target): (x: Latent, level: Level) => Promise<Latent>;
}

/** A component with its covariance as variances along axes: `axes[i][j]` is coordinate i of axis j. */
interface Part {
  readonly weight: number;
  readonly mean: Float64Array;
  readonly variances: Float64Array;
  readonly axes: readonly Float64Array[] | undefined;
}

const dimensionsOf = (parts: readonly Part[]): number => itemAt(parts, 0).mean.length;

/** The mixture of normals in any number of dimensions. @throws AquatintError "exact/mixture" for one that is none. */
export function gaussianMixture(components: readonly GaussianComponent[]): GaussianMixture {
  const parts = partsOf(components);
  const dimensions = dimensionsOf(parts);
  const estimate = (x: ArrayLike<number>, level: Level): ExactEstimate => {
    const [x0, eps] = [new Float64Array(x.length), new Float64Array(x.length)];
    for (const { at, parts: viewed } of views(parts, x, level)) {
      const [x0Row, epsRow] = [x0.subarray(at, at + dimensions), eps.subarray(at, at + dimensions)];
      for (const { part, share, pull } of viewed) {
        const mean = along(part, pull, part.variances).map((v, i) => itemAt(part.mean, i) + level.alpha * v);
        addScaled(x0Row, share, mean);
        addScaled(epsRow, share * level.sigma, pull);
      }
    }
    return { x0, eps };
  };
  const estimateOf = (x: Latent, level: Level): Estimate => {
    const { x0, eps } = estimate(x, level);
    return { x0: new Float32Array(x0), eps: new Float32Array(eps) };
  };
  const denoise: Denoiser = async (x, level) => estimateOf(x, level);
  return {
    dimensions,
    ...moments(parts),
    estimate,
    logDensity: (x, level = cleanLevel) => Float64Array.from(views(parts, x, level), (view) => view.logDensity),
    score(x, level = cleanLevel) {
      const gradient = new Float64Array(x.length);
      for (const { at, parts: viewed } of views(parts, x, level)) {
        const row = gradient.subarray(at, at + dimensions);
        for (const { share, pull } of viewed) addScaled(row, -share, pull);
      }
      return gradient;
    },
    sample: (random, n, level = cleanLevel) => drawn(parts, random, { n, level }),
    denoise,
    network: (target) => async (x, level) => trainingTarget(target, level, estimateOf(x, level)),
  };
}

const wrong = (problem: string) =>
  new AquatintError("exact/mixture", `a mixture of normals ${problem}`, {
    hint: "give components { weight?, mean: [d], covariance: a number, [d] or rows [d][d] } of one size",
  });

function partsOf(components: readonly GaussianComponent[]): readonly Part[] {
  const d = components[0]?.mean.length ?? 0;
  if (d === 0) throw wrong("has at least one component of at least one dimension");
  const total = components.reduce((sum, { weight = 1 }) => sum + weight, 0);
  return components.map(({ weight = 1, mean, covariance }, k) => {
    if (mean.length !== d) throw wrong(`has means of one length, got ${d} and ${mean.length}`);
    if (!(weight > 0 && Number.isFinite(total))) throw wrong(`has weights above 0, got ${weight} in component ${k}`);
    return { weight: weight / total, mean: Float64Array.from(mean), ...principal(covariance, d) };
  });
}

function principal(covariance: GaussianComponent["covariance"], d: number): Pick<Part, "variances" | "axes"> {
  const full = isRows(covariance);
  const { values, vectors } = full
    ? symmetricEigen(checkedRows(covariance, d))
    : { values: covariance, vectors: undefined };
  const variances = typeof values === "number" ? new Float64Array(d).fill(values) : Float64Array.from(values);
  const least = full ? -1e-12 * Math.max(...variances) : 0; // rounding of the eigenvalues
  const bad = variances.find((v) => !(v >= least && Number.isFinite(v)));
  if (variances.length !== d) throw wrong(`of ${d} dimensions has ${d} variances, got ${variances.length}`);
  if (bad !== undefined) throw wrong(`has variances of 0 or more, got ${bad}`);
  return { variances: variances.map((v) => Math.max(v, 0)), axes: vectors };
}

const isRows = (covariance: GaussianComponent["covariance"]): covariance is readonly ArrayLike<number>[] =>
  typeof covariance !== "number" && typeof covariance[0] === "object";

function checkedRows(rows: readonly ArrayLike<number>[], d: number): readonly ArrayLike<number>[] {
  if (rows.length !== d || rows.some((row) => row.length !== d)) throw wrong(`has covariances of ${d} rows of ${d}`);
  const size = Math.max(...rows.map((row) => Math.max(...Array.from(row, Math.abs))));
  const even = rows.every((row, i) =>
    rows.every((other, j) => Math.abs(itemAt(row, j) - itemAt(other, i)) <= 1e-9 * size),
  );
  if (!even) throw wrong("has symmetric covariances, got rows that are not");
  return rows;
}

/** A component as it is at a level. */
interface NoisedPart {
  readonly part: Part;
  /** 1 / variance along each axis. */
  readonly precision: Float64Array;
  /** ln of its weight times its density at its center. */
  readonly height: number;
}

/** Posterior of all components for one row of x. */
interface View {
  /** Start of the row. */
  readonly at: number;
  /** ln of the mixture's density. */
  readonly logDensity: number;
  readonly parts: readonly PartView[];
}

/** Density and posterior of one component at a row of x. */
interface PartView {
  readonly part: Part;
  /** The probability that the row is its own. */
  readonly share: number;
  /** The inverse of the noised covariance, times x_t - alpha mean. */
  readonly pull: Float64Array;
}

function noisedPart(part: Part, level: Level): NoisedPart {
  const variances = part.variances.map((v) => level.alpha ** 2 * v + level.sigma ** 2);
  if (variances.includes(0)) {
    throw new AquatintError("exact/singular", `at t = ${level.t} a component without variance has no density`, {
      hint: "ask at a level with noise (sigma above 0), or give the component a small covariance",
    });
  }
  const volume = variances.reduce((sum, v) => sum + Math.log(2 * Math.PI * v), 0);
  return { part, precision: variances.map((v) => 1 / v), height: Math.log(part.weight) - volume / 2 };
}

/** The rows of x, one after another. */
function* views(parts: readonly Part[], x: ArrayLike<number>, level: Level): Generator<View> {
  const noised = parts.map((part) => noisedPart(part, level));
  for (const at of rowsOf(parts, x)) yield view(noised, x, { at, alpha: level.alpha });
}

function view(
  noised: readonly NoisedPart[],
  x: ArrayLike<number>,
  { at, alpha }: { readonly at: number; readonly alpha: number },
): View {
  const weighted = noised.map(({ part, precision, height }) => {
    const away = part.mean.map((mean, i) => itemAt(x, at + i) - alpha * mean);
    const pull = along(part, away, precision);
    return { part, pull, logShare: height - dot(away, pull) / 2 };
  });
  const logDensity = logSumExp(weighted.map(({ logShare }) => logShare));
  const viewed = weighted.map(({ part, pull, logShare }) => ({ part, pull, share: Math.exp(logShare - logDensity) }));
  return { at, logDensity, parts: viewed };
}

function rowsOf(parts: readonly Part[], x: ArrayLike<number>): readonly number[] {
  const d = dimensionsOf(parts);
  if (x.length % d === 0) return Array.from({ length: x.length / d }, (_, i) => i * d);
  throw new AquatintError("shape/mismatch", `${x.length} numbers are no rows of ${d}, the mixture's dimensions`);
}

function logSumExp(values: readonly number[]): number {
  if (values.length === 1) return itemAt(values, 0);
  const maximum = Math.max(...values);
  return maximum + Math.log(values.reduce((sum, v) => sum + Math.exp(v - maximum), 0));
}

/** v with its components along the part's axes multiplied by `gains`. */
function along({ axes }: Part, v: Float64Array, gains: Float64Array): Float64Array {
  if (!axes) return v.map((value, i) => value * itemAt(gains, i));
  const turned = new Float64Array(v.length);
  for (const [i, row] of axes.entries()) addScaled(turned, itemAt(v, i), row);
  const scaled = turned.map((value, j) => itemAt(gains, j) * value);
  return Float64Array.from(axes, (row) => dot(scaled, row));
}

/** The component that a uniform draw of 0 .. 1 falls on. */
function partAt(parts: readonly Part[], uniform: number): Part {
  let remainder = uniform;
  for (const part of parts) {
    remainder -= part.weight;
    if (remainder < 0) return part;
  }
  return itemAt(parts, -1);
}

function drawn(
  parts: readonly Part[],
  random: Pick<RandomStream, "rand" | "randn64">,
  { n, level }: { readonly n: number; readonly level: Level },
): Float64Array {
  const d = dimensionsOf(parts);
  const rows = new Float64Array(n * d);
  for (let row = 0; row < n; row++) {
    const part = partAt(parts, drawUniform(random));
    const normals = random.randn64(d).map((z, j) => z * Math.sqrt(itemAt(part.variances, j)));
    const { axes } = part;
    const spread = axes ? Float64Array.from(axes, (axis) => dot(normals, axis)) : normals;
    const eps = level.sigma === 0 ? undefined : random.randn64(d);
    const values = spread.map((v, i) => level.alpha * (itemAt(part.mean, i) + v) + level.sigma * (eps?.[i] ?? 0));
    rows.set(values, row * d);
  }
  return rows;
}

function moments(parts: readonly Part[]): Pick<GaussianMixture, "mean" | "covariance"> {
  const d = dimensionsOf(parts);
  const averaged = (f: (part: Part) => number) => parts.reduce((sum, part) => sum + part.weight * f(part), 0);
  const mean = new Float64Array(d).map((_, i) => averaged((part) => itemAt(part.mean, i)));
  const unit = (i: number) => Float64Array.from({ length: d }, (_, j) => (i === j ? 1 : 0));
  const covariance = Array.from({ length: d }, (_, i) => {
    const columns = new Map(parts.map((part) => [part, along(part, unit(i), part.variances)]));
    const away = (part: Part, axis: number) => itemAt(part.mean, axis) - itemAt(mean, axis);
    return new Float64Array(d).map((_, j) =>
      averaged((part) => itemAt(lookup(columns, part), j) + away(part, i) * away(part, j)),
    );
  });
  return { mean, covariance };
}
