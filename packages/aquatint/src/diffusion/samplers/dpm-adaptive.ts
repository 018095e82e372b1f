import { noiseRatio } from "../process/coordinates.ts";
import { type Latent, lin } from "../process/latent.ts";
import type { Level } from "../process/level.ts";
import { defineSampler } from "./define-sampler.ts";
import {
  evaluate,
  firstOrderStep,
  type Interval,
  intervals,
  isEndpoint,
  type SamplerInput,
  type SamplerStep,
} from "./loop.ts";
import { integrators, lambda } from "./methods/exponential-integrator.ts";
import { integer, type OptionValues, positive, share } from "./options.ts";

const options = {
  order: integer({ min: 2, max: 3 }, "The solver's order; the order below it tells the error.", 3),
  rtol: positive("The error that a step may make, as a share of x.", 0.05),
  atol: positive("The error that it may make where x is small, in variance-exploding coordinates.", 0.0078),
  firstStep: positive("The first step in half the log-SNR.", 0.05),
  safety: share("A step is kept where the next one becomes at least this share of it.", 0.81),
};

const solver = integrators.dpmsolver();

/** The end of a step by two orders of the solver, and the data as last estimated. */
interface Solutions {
  readonly low: Latent;
  readonly high: Latent;
  readonly x0: Latent;
  readonly level: Level;
}

/** One step of DPM-Solver-1 and -2, or of -2 and -3, from the same evaluations; all but the last are yielded. */
async function* solve(
  input: SamplerInput,
  { i, n, from, to }: Interval,
  x: Latent,
  order: number,
): AsyncGenerator<SamplerStep, Solutions, void> {
  const h = lambda(to) - lambda(from);
  const [r1, r2] = [order === 2 ? 1 / 2 : 1 / 3, 2 / 3];
  const [s1, s2] = [r1, r2].map((r) => input.levelAt.ratio(noiseRatio(from) * Math.exp(-r * h))) as [Level, Level];
  const first = await evaluate(input, x, from, { i, n });
  const advance = (next: Level, ...terms: readonly (readonly [number, Latent])[]): Latent => {
    const k = solver.coefficients(from, next);
    return lin([k.x, x], [k.phi1, first.eps], ...terms);
  };
  const k = solver.coefficients(from, to);
  const u1 = advance(s1);
  yield { i, n, level: from, next: s1, x: u1, x0: first.x0, final: false };
  const second = await evaluate(input, u1, s1, { i, n });
  const D1 = lin([1, second.eps], [-1, first.eps]);
  const secondOrder = advance(to, [k.phi1 / (2 * r1), D1]);
  if (order === 2) return { low: advance(to), high: secondOrder, x0: second.x0, level: s1 };
  const u2 = advance(s2, [(r2 / r1) * solver.coefficients(from, s2).phi2, D1]);
  yield { i, n, level: s1, next: s2, x: u2, x0: second.x0, final: false };
  const third = await evaluate(input, u2, s2, { i, n });
  const D2 = lin([1, third.eps], [-1, first.eps]);
  return { low: secondOrder, high: advance(to, [k.phi2 / r2, D2]), x0: third.x0, level: s2 };
}

/** The root mean square of the solutions' difference, in shares of what is allowed. */
function errorOf({ low, high }: Solutions, previous: Latent, { alpha }: Level, { rtol, atol }: Tolerances): number {
  const sum = low.reduce((total, value, i) => {
    const allowed = Math.max(atol, (rtol * Math.max(Math.abs(value), Math.abs(previous[i]! * alpha))) / alpha);
    return total + ((value - high[i]!) / alpha / allowed) ** 2;
  }, 0);
  return Math.sqrt(sum / low.length);
}
type Tolerances = Pick<OptionValues<typeof options>, "rtol" | "atol">;

/** The first and the last of the steps that are taken adaptively, and all of them. */
interface AdaptiveWalk {
  readonly first: Interval;
  readonly last: Interval;
  readonly all: readonly Interval[];
}

/** The walk's step that a level stands in. */
const stepAt = ({ all, last }: AdaptiveWalk, level: Level): Interval =>
  all.find(({ to }) => noiseRatio(level) > noiseRatio(to)) ?? last;

/**
 * DPM-Solver with steps of its own length, between the walk's first level and its last one with noise; from pure noise, and
 * from there to clean data, it takes the walk's own steps. The walk's other levels only say how far it is.
 */
export const dpmAdaptive = defineSampler({
  name: "dpm-adaptive",
  title: "DPM adaptive",
  order: 3,
  stochastic: false,
  evaluations: 3,
  adaptive: true,
  spacing: "karras",
  aliases: { "DPM adaptive": {}, dpm_adaptive: {} },
  reference: "Lu et al. 2022, appendix C (DPM-Solver-12 and -23) with k-diffusion's control of steps, arXiv:2206.00927",
  options,
  create: ({ order, firstStep, safety, ...tolerances }) =>
    async function* (input) {
      let { x } = input;
      const path = [...intervals(input)];
      const inner = path.filter((interval) => !isEndpoint(interval));
      const [first, last] = [inner[0], inner.at(-1)];
      for (const interval of path) {
        if (interval !== first && inner.includes(interval)) continue; // among the adaptive steps
        if (first && last && interval === first)
          x = yield* adaptiveSteps(input, { first, last, all: inner }, x, { order, firstStep, safety, ...tolerances });
        else {
          const estimate = await evaluate(input, x, interval.from, interval);
          x = firstOrderStep(interval, estimate);
          const { i, n, from, to } = interval;
          yield { i, n, level: from, next: to, x, x0: estimate.x0, final: true };
        }
      }
      return x;
    },
});

/** Steps over all of the walk's inner intervals. */
async function* adaptiveSteps(
  input: SamplerInput,
  path: AdaptiveWalk,
  start: Latent,
  { order, firstStep, safety, ...tolerances }: OptionValues<typeof options>,
): AsyncGenerator<SamplerStep, Latent, void> {
  let [x, h, from] = [start, firstStep, path.first.from];
  let previous: Latent = lin([1 / from.alpha, x]);
  const end = path.last.to;
  while (lambda(from) < lambda(end) - 1e-5) {
    const { i, n } = stepAt(path, from);
    const isLast = lambda(from) + h >= lambda(end);
    const to = isLast ? end : input.levelAt.ratio(noiseRatio(from) * Math.exp(-h));
    const solutions = yield* solve(input, { i, n, from, to }, x, order);
    const factor = 1 + Math.atan((errorOf(solutions, previous, to, tolerances) + 1e-8) ** (-1 / order) - 1);
    h *= factor;
    const isKept = factor >= safety;
    if (isKept) [x, previous] = [solutions.high, lin([1 / to.alpha, solutions.low])];
    const next = isKept ? to : from;
    const final = isKept && (isLast || stepAt(path, next).i > i);
    yield { i, n, level: solutions.level, next, x, x0: solutions.x0, final };
    from = next;
  }
  return x;
}
