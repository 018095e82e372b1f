import { solve } from "../../../math/solve.ts";
import { noiseRatio } from "../../process/coordinates.ts";
import { lin } from "../../process/latent.ts";
import { evaluateOnce, firstOrderStep, isEndpoint, type Sampler } from "../loop.ts";
import type { PastEstimate } from "./exponential-integrator.ts";

/** In what the estimated noise is a polynomial between steps, and how it is integrated over the noise ratio. */
export interface Axis {
  /** Place of a ratio, from the place of `from`. */
  place(ratio: number, from: number): number;
  /** Integrals of place^0, place^1, .. over the ratio, from `from` to `to`. */
  moments(from: number, to: number, n: number): readonly number[];
  /** Whether the integrals hold to a ratio of 0. */
  readonly reachesZero: boolean;
}

/** The options of the method. */
export interface LinearMultistepOptions {
  readonly order: number;
  readonly lowerOrderFinal?: boolean;
}

/** Walks of fewer steps end at lower orders where `lowerOrderFinal` says so. */
const FEW_STEPS = 15;

/** Adams and Bashforth's method on the estimated noise, with exact weights for uneven steps. */
export const linearMultistep = (axis: Axis, { order, lowerOrderFinal = false }: LinearMultistepOptions): Sampler =>
  evaluateOnce(() => {
    let past: readonly PastEstimate[] = [];
    return (x, estimate, interval) => {
      const { i, n, from, to } = interval;
      if (from.alpha > 0) past = [{ level: from, m: estimate.eps }, ...past].slice(0, order);
      const history = past.slice(0, lowerOrderFinal && n < FEW_STEPS ? n - i : order);
      if (isEndpoint(interval) && (from.alpha === 0 || !axis.reachesZero)) return firstOrderStep(interval, estimate);
      const places = history.map(({ level }) => axis.place(noiseRatio(level), noiseRatio(from)));
      const weights = quadrature(places, axis.moments(noiseRatio(from), noiseRatio(to), history.length));
      const terms = history.map(({ m }, k) => [to.alpha * weights[k]!, m] as const);
      return lin([to.alpha / from.alpha, x], ...terms);
    };
  });

/** Weights at `places` that integrate polynomials with these moments exactly. */
export function quadrature(places: readonly number[], moments: readonly number[]): readonly number[] {
  const unit = Math.max(...places.map(Math.abs)) || 1;
  const rows = moments.map((_, j) => places.map((place) => (place / unit) ** j));
  return solve(
    rows,
    moments.map((moment, j) => moment / unit ** j),
  );
}
