import { solve } from "../../math/solve.ts";
import { noiseRatio } from "../process/coordinates.ts";
import { lin } from "../process/latent.ts";
import type { Belief } from "./dpm-solver.ts";
import { evaluate, firstOrderStep, intervals, isEndpoint, type Sampler } from "./loop.ts";

/** In what the estimated noise is a polynomial between steps, and how it is integrated over the noise ratio. */
interface Axis {
  /** Place of a ratio, from the place of `from`. */
  place(ratio: number, from: number): number;
  /** Integrals of place^0, place^1, .. over the ratio, from `from` to `to`. */
  moments(from: number, to: number, n: number): readonly number[];
}

/** Polynomials in the ratio itself: the linear multistep method of k-diffusion. */
const ratio: Axis = {
  place: (at, from) => at - from,
  moments: (from, to, n) => Array.from({ length: n }, (_, j) => (to - from) ** (j + 1) / (j + 1)),
};

/** Polynomials in the ratio's logarithm: DEIS. */
const logRatio: Axis = {
  place: (at, from) => Math.log(at / from),
  moments(from, to, n) {
    const end = Math.log(to / from);
    const all = [to - from];
    for (let j = 1; j < n; j++) all.push(to * end ** j - j * all[j - 1]!);
    return all;
  },
};

/** What the linear multistep methods take. */
export interface LinearMultistepOptions {
  /** How many evaluations a step remembers, its own included. */
  readonly order?: number | undefined;
  readonly lowerOrderFinal?: boolean | undefined;
}

const FEW_STEPS = 15;

/** Adams and Bashforth's method on the estimated noise, with exact weights for uneven steps. */
const multistep = (
  axis: Axis,
  { order, lowerOrderFinal }: { readonly order: number; readonly lowerOrderFinal: boolean },
): Sampler =>
  async function* (input) {
    let { x } = input;
    let past: readonly Belief[] = [];
    for (const move of intervals(input)) {
      const { i, n, from, to } = move;
      const believed = await evaluate(input, x, from, move);
      if (from.alpha > 0) past = [{ level: from, m: believed.eps }, ...past].slice(0, order);
      const known = past.slice(0, lowerOrderFinal && n < FEW_STEPS ? n - i : order);
      if (isEndpoint(move) && (from.alpha === 0 || axis === logRatio)) x = firstOrderStep(move, believed);
      else {
        const places = known.map(({ level }) => axis.place(noiseRatio(level), noiseRatio(from)));
        const weights = quadrature(places, axis.moments(noiseRatio(from), noiseRatio(to), known.length));
        const terms = known.map(({ m }, k) => [to.alpha * weights[k]!, m] as const);
        x = lin([to.alpha / from.alpha, x], ...terms);
      }
      yield { i, n, level: from, next: to, x, x0: believed.x0, final: true };
    }
    return x;
  };

/** Weights at `places` that integrate polynomials with these moments exactly. */
function quadrature(places: readonly number[], moments: readonly number[]): readonly number[] {
  const unit = Math.abs(places[1] ?? 1);
  const rows = moments.map((_, j) => places.map((place) => (place / unit) ** j));
  return solve(
    rows,
    moments.map((moment, j) => moment / unit ** j),
  );
}

/** LMS (k-diffusion): polynomials in sigma, of 4 evaluations. */
export const lms = ({ order = 4 }: LinearMultistepOptions = {}): Sampler =>
  multistep(ratio, { order, lowerOrderFinal: false });

/** DEIS (Zhang and Chen 2023) in log-rho: polynomials in the logarithm of sigma. */
export const deis = ({ order = 2, lowerOrderFinal = false }: LinearMultistepOptions = {}): Sampler =>
  multistep(logRatio, { order, lowerOrderFinal });
