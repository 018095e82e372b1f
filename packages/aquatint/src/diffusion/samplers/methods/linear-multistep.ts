import { noiseRatio } from "../../process/coordinates.ts";
import { lin } from "../../process/latent.ts";
import { evaluateOnce, firstOrderStep, isEndpoint, type Sampler } from "../loop.ts";
import type { PastEstimate } from "./exponential-integrator.ts";
import { quadrature } from "./quadrature.ts";

/** In what the estimated noise is a polynomial between steps, and how it is integrated over the noise ratio. */
export interface Axis {
  /** Coordinate of a ratio, from that of `from`. */
  coordinate(ratio: number, from: number): number;
  /** Integrals of place^0, place^1, .. over the ratio, from `from` to `to`. */
  moments(from: number, to: number, n: number): readonly number[];
  /** True where the integrals hold to a ratio of 0. */
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
      const [start, end] = [noiseRatio(from), noiseRatio(to)];
      const points = history.map(({ level, m }) => ({ coordinate: axis.coordinate(noiseRatio(level), start), m }));
      const moments = axis.moments(start, end, points.length).map((moment) => to.alpha * moment);
      return lin([to.alpha / from.alpha, x], ...quadrature(points, moments));
    };
  });
