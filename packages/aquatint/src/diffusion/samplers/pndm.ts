import { type Latent, lin } from "../process/latent.ts";
import type { Level } from "../process/level.ts";
import { type Estimate, estimate, targets, trainingTarget } from "../process/prediction.ts";
import {
  evaluate,
  firstOrderStep,
  type Interval,
  intervals,
  isEndpoint,
  type Sampler,
  type SamplerInput,
  type SamplerStep,
} from "./loop.ts";

/** Adams and Bashforth's weights for even steps, the newest first. */
const adams: readonly (readonly number[])[] = [
  [1],
  [3 / 2, -1 / 2],
  [23 / 12, -16 / 12, 5 / 12],
  [55 / 24, -59 / 24, 37 / 24, -9 / 24],
];

/** The pseudo-numerical transfer (Liu et al. 2022, equation 11): DDIM's step along a given noise. */
const transferred = (x: Latent, from: Level, to: Level, eps: Latent): Latent =>
  lin([to.alpha / from.alpha, x], [to.sigma - (from.sigma * to.alpha) / from.alpha, eps]);

/** What of an evaluation is extrapolated, and the noise that a combination of it stands for where a step begins. */
interface Extrapoland {
  of(level: Level, estimate: Estimate): Latent;
  noise(from: Level, x: Latent, combined: Latent): Latent;
}

/** The estimated noise, or the network's output as it is. */
const extrapolands = {
  noise: () => ({ of: (_, { eps }) => eps, noise: (_from, _x, combined) => combined }),
  output: ({ target = targets.epsilon }) => ({
    of: (level, estimated) => trainingTarget(target, level, estimated),
    noise: (from, x, combined) => estimate(target, from, x, combined).eps,
  }),
} as const satisfies Readonly<Record<string, (input: Pick<SamplerInput, "target">) => Extrapoland>>;

/** What the pseudo-numerical methods take. */
export interface PndmOptions {
  /**
   * What they extrapolate: the estimated noise as in their paper, or the network's output, converted where the step begins,
   * as diffusers' `PNDMScheduler`; only networks that predict something else than noise tell them apart.
   */
  readonly extrapolates?: keyof typeof extrapolands | undefined;
}

/** A step's first evaluations, that a linear multistep method cannot make for want of a past. */
type Start = (
  input: SamplerInput,
  x: Latent,
  move: Interval,
  part: Extrapoland,
) => AsyncGenerator<SamplerStep, Opening, void>;
interface Opening {
  readonly x: Latent;
  /** What is extrapolated, where the step began. */
  readonly of: Latent;
}

/** Four extrapolands; `start` makes the first `starts` steps. */
const pseudoLinear = (start: Start, starts: number, { extrapolates = "noise" }: PndmOptions): Sampler =>
  async function* (input) {
    let { x } = input;
    let past: readonly Latent[] = [];
    const part = extrapolands[extrapolates](input);
    for (const move of intervals(input)) {
      const { i, n, from, to } = move;
      if (past.length < starts && i < n - 1 && !isEndpoint(move)) {
        const opening = yield* start(input, x, move, part);
        x = opening.x;
        past = [opening.of, ...past];
        continue;
      }
      const believed = await evaluate(input, x, from, move);
      past = [part.of(from, believed), ...past].slice(0, adams.length);
      const combined = lin(...past.map((e, k) => [adams[past.length - 1]![k]!, e] as const));
      x = from.alpha === 0 ? firstOrderStep(move, believed) : transferred(x, from, to, part.noise(from, x, combined));
      yield { i, n, level: from, next: to, x, x0: believed.x0, final: true };
    }
    return x;
  };

/** Two evaluations: to the step's end and again with the mean of both noises. */
async function* heunStart(
  input: SamplerInput,
  x: Latent,
  { i, n, from, to }: Interval,
  part: Extrapoland,
): AsyncGenerator<SamplerStep, Opening, void> {
  const first = await evaluate(input, x, from, { i, n });
  const begun = part.of(from, first);
  const tried = transferred(x, from, to, part.noise(from, x, begun));
  yield { i, n, level: from, next: to, x: tried, x0: first.x0, final: false };
  const second = await evaluate(input, tried, to, { i, n });
  const mean = lin([0.5, begun], [0.5, part.of(to, second)]);
  const reached = transferred(x, from, to, part.noise(from, x, mean));
  yield { i, n, level: to, next: to, x: reached, x0: second.x0, final: true };
  return { x: reached, of: begun };
}

/** Runge and Kutta's four evaluations. */
async function* rungeKuttaStart(
  input: SamplerInput,
  x: Latent,
  { i, n, from, to }: Interval,
  part: Extrapoland,
): AsyncGenerator<SamplerStep, Opening, void> {
  const middle = input.levelAt.time(to.t + halfOf(from.t - to.t));
  const slopes: Latent[] = [];
  let [at, tried] = [from, x];
  for (const next of [middle, middle, to]) {
    const estimated = await evaluate(input, tried, at, { i, n });
    const slope = part.of(at, estimated);
    slopes.push(slope);
    tried = transferred(x, from, next, part.noise(from, x, slope));
    yield { i, n, level: at, next, x: tried, x0: estimated.x0, final: false };
    at = next;
  }
  const last = await evaluate(input, tried, to, { i, n });
  const [k1, k2, k3] = slopes as [Latent, Latent, Latent];
  const mean = lin([1 / 6, k1], [1 / 3, k2], [1 / 3, k3], [1 / 6, part.of(to, last)]);
  const reached = transferred(x, from, to, part.noise(from, x, mean));
  yield { i, n, level: to, next: to, x: reached, x0: last.x0, final: true };
  return { x: reached, of: k1 };
}

/** Half a stride; a whole number for a whole stride, as published models are told whole times. */
const halfOf = (stride: number): number => (Number.isInteger(stride) ? Math.floor(stride / 2) : stride / 2);

/** PNDM (Liu et al. 2022): three Runge-Kutta steps, then the linear multistep. */
export const pndm = (options: PndmOptions = {}): Sampler => pseudoLinear(rungeKuttaStart, 3, options);

/** PLMS, PNDM without the Runge-Kutta start: its first step evaluates twice. */
export const plms = (options: PndmOptions = {}): Sampler => pseudoLinear(heunStart, 1, options);

/** The fourth-order linear multistep of PNDM from the first step on, lower orders while the past is short. */
export const ipndm = (): Sampler => pseudoLinear(heunStart, 0, {});
