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
const adams: readonly (readonly number[])[] = [
  [1],
  [3 / 2, -1 / 2],
  [23 / 12, -16 / 12, 5 / 12],
  [55 / 24, -59 / 24, 37 / 24, -9 / 24],
];

/** The pseudo-numerical transfer (Liu et al. 2022, equation 11): DDIM's step along a noise. */
export const transfer = (x: Latent, from: Level, to: Level, eps: Latent): Latent =>
  lin([to.alpha / from.alpha, x], [to.sigma - (from.sigma * to.alpha) / from.alpha, eps]);

/** A part of an evaluation that is extrapolated, and the noise that a combination of it stands for where a step begins. */
export interface Extrapolation {
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

/** The evaluations of a step that a linear multistep method cannot make because its past is too short. */
export type Start = (
  input: SamplerInput,
  x: Latent,
  interval: Interval,
  extrapolation: Extrapolation,
) => AsyncGenerator<SamplerStep, StartResult, void>;

/** Where a start leads, and the part of it that is extrapolated, where the step began. */
export interface StartResult {
  readonly x: Latent;
  readonly part: Latent;
}

/** How a walk begins: `start` makes the first `count` steps. */
export interface PseudoLinearStart {
  readonly start: Start;
  readonly count: number;
}

/** The linear multistep method of order 4 on `extrapolates`. */
export const pseudoLinear = (extrapolates: keyof typeof extrapolations, { start, count }: PseudoLinearStart): Sampler =>
  async function* (input) {
    let { x } = input;
    let past: readonly Latent[] = [];
    const extrapolation = extrapolations[extrapolates](input);
    for (const interval of intervals(input)) {
      const { i, n, from, to } = interval;
      if (past.length < count && i < n - 1 && !isEndpoint(interval)) {
        const first = yield* start(input, x, interval, extrapolation);
        x = first.x;
        past = [first.part, ...past];
        continue;
      }
      const estimate = await evaluate(input, x, from, interval);
      past = [extrapolation.of(from, estimate), ...past].slice(0, adams.length);
      const combination = lin(...past.map((part, k) => [adams[past.length - 1]![k]!, part] as const));
      x =
        from.alpha === 0
          ? firstOrderStep(interval, estimate)
          : transfer(x, from, to, extrapolation.noise(from, x, combination));
      yield { i, n, level: from, next: to, x, x0: estimate.x0, final: true };
    }
    return x;
  };

/** Two evaluations: to the step's end and again with the mean of both. */
export const heunStart: Start = async function* (input, x, { i, n, from, to }, extrapolation) {
  const first = await evaluate(input, x, from, { i, n });
  const part = extrapolation.of(from, first);
  const predicted = transfer(x, from, to, extrapolation.noise(from, x, part));
  yield { i, n, level: from, next: to, x: predicted, x0: first.x0, final: false };
  const second = await evaluate(input, predicted, to, { i, n });
  const mean = lin([0.5, part], [0.5, extrapolation.of(to, second)]);
  const corrected = transfer(x, from, to, extrapolation.noise(from, x, mean));
  yield { i, n, level: to, next: to, x: corrected, x0: second.x0, final: true };
  return { x: corrected, part };
};
