import { type Latent, lin } from "../../process/latent.ts";
import type { Level } from "../../process/level.ts";
import { type Estimate, estimate as estimateOf, targets, trainingTarget } from "../../process/prediction.ts";
import {
  evaluate,
  firstOrderStep,
  type Interval,
  intervals,
  isEndpoint,
  type Sampler,
  type SamplerInput,
  type SamplerStep,
} from "../loop.ts";
import { choice } from "../options.ts";

/** Adams and Bashforth's weights for even steps, the newest first. */
const adams: Readonly<Record<number, readonly number[]>> = {
  1: [1],
  2: [3 / 2, -1 / 2],
  3: [23 / 12, -16 / 12, 5 / 12],
  4: [55 / 24, -59 / 24, 37 / 24, -9 / 24],
};
const MAX_ORDER = 4;

/** The pseudo-numerical transfer (Liu et al. 2022, equation 11): DDIM's step along a noise. */
const transfer = (x: Latent, from: Level, to: Level, eps: Latent): Latent =>
  lin([to.alpha / from.alpha, x], [to.sigma - (from.sigma * to.alpha) / from.alpha, eps]);

/** A part of an evaluation that is extrapolated, and the noise that a combination of it stands for where a step begins. */
interface Extrapolation {
  of(level: Level, estimate: Estimate): Latent;
  noise(from: Level, x: Latent, combination: Latent): Latent;
}

/** The estimated noise, or the network's output as it is. */
const extrapolations = {
  noise: () => ({ of: (_, { eps }) => eps, noise: (_from, _x, combination) => combination }),
  output: ({ target = targets.epsilon }) => ({
    of: (level, estimate) => trainingTarget(target, level, estimate),
    noise: (from, x, combination) => estimateOf(target, from, x, combination).eps,
  }),
} as const satisfies Readonly<Record<string, (input: Pick<SamplerInput, "target">) => Extrapolation>>;

/** The options of the pseudo-numerical methods; only networks that predict something else than noise tell the two apart. */
export const pseudoLinearOptions = {
  extrapolates: choice(
    ["noise", "output"],
    "The estimated noise as in the paper, or the network's output as in diffusers' PNDMScheduler.",
    "noise",
  ),
};

/** A method of Runge and Kutta: where a step is evaluated, each reached by the slope before it, and the slopes' weights. */
export interface RungeKutta {
  readonly levels: (input: SamplerInput, interval: Interval) => readonly Level[];
  readonly weights: readonly number[];
}

/** Heun's two evaluations: at the step's start and at its end. */
export const heun: RungeKutta = { levels: (_, { from, to }) => [from, to], weights: [1 / 2, 1 / 2] };

/** The linear multistep method of order 4 on `extrapolates`; `start` makes the first `count` steps. */
export const pseudoLinear = (
  extrapolates: keyof typeof extrapolations,
  { start, count }: { readonly start: RungeKutta; readonly count: number },
): Sampler =>
  async function* (input) {
    let { x } = input;
    let past: readonly Latent[] = [];
    const extrapolation: Extrapolation = extrapolations[extrapolates](input);
    for (const interval of intervals(input)) {
      const { i, n, from, to } = interval;
      if (past.length < count && i < n - 1 && !isEndpoint(interval)) {
        const first = yield* rungeKuttaStep(input, x, interval, start, extrapolation);
        x = first.x;
        past = [first.part, ...past];
        continue;
      }
      const estimate = await evaluate(input, x, from, interval);
      past = [extrapolation.of(from, estimate), ...past].slice(0, MAX_ORDER);
      const combination = weighted(adams[past.length] ?? [], past);
      x =
        from.alpha === 0
          ? firstOrderStep(interval, estimate)
          : transfer(x, from, to, extrapolation.noise(from, x, combination));
      yield { i, n, level: from, next: to, x, x0: estimate.x0, final: true };
    }
    return x;
  };

const weighted = (weights: readonly number[], parts: readonly Latent[]): Latent =>
  lin(...parts.map((part, k) => [weights[k] ?? 0, part] as const));

/** One step of several evaluations; `part` is what is extrapolated, where it began. */
async function* rungeKuttaStep(
  input: SamplerInput,
  x: Latent,
  interval: Interval,
  { levels, weights }: RungeKutta,
  { of, noise }: Extrapolation,
): AsyncGenerator<SamplerStep, { readonly x: Latent; readonly part: Latent }, void> {
  const { i, n, from, to } = interval;
  const stages = levels(input, interval);
  const slopes: Latent[] = [];
  let at = x;
  for (const [k, level] of stages.entries()) {
    const estimate = await evaluate(input, at, level, interval);
    const slope = of(level, estimate);
    slopes.push(slope);
    const next = stages[k + 1];
    at = transfer(x, from, next ?? to, noise(from, x, next ? slope : weighted(weights, slopes)));
    yield { i, n, level, next: next ?? to, x: at, x0: estimate.x0, final: !next };
  }
  return { x: at, part: slopes[0] ?? x };
}
