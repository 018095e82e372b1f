import { type Latent, lin } from "../latent.ts";
import type { Level } from "../level.ts";
import { evaluate, isEdge, type Move, moves, remix, type Sampler, type SamplerInput, type Step } from "./sampler.ts";

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

/** A step's first evaluations, that a linear multistep method cannot make for want of a past. */
type Start = (input: SamplerInput, x: Latent, move: Move) => AsyncGenerator<Step, Opening, void>;
interface Opening {
  readonly x: Latent;
  /** The noise estimated where the step began. */
  readonly eps: Latent;
}

/** Four estimates of the noise, extrapolated; `start` makes the first `starts` steps. */
const pseudoLinear = (start: Start, starts: number): Sampler =>
  async function* (input) {
    let { x } = input;
    let past: readonly Latent[] = [];
    for (const move of moves(input)) {
      const { i, n, from, to } = move;
      if (past.length < starts && i < n - 1 && !isEdge(move)) {
        const opening = yield* start(input, x, move);
        x = opening.x;
        past = [opening.eps, ...past];
        continue;
      }
      const believed = await evaluate(input, x, from);
      past = [believed.eps, ...past].slice(0, adams.length);
      const eps = lin(...past.map((e, k) => [adams[past.length - 1]![k]!, e] as const));
      x = from.alpha === 0 ? remix(move, believed) : transferred(x, from, to, eps);
      yield { i, n, level: from, next: to, x, x0: believed.x0, final: true };
    }
    return x;
  };

/** Two evaluations: to the step's end and again with the mean of both noises. */
async function* heunStart(
  input: SamplerInput,
  x: Latent,
  { i, n, from, to }: Move,
): AsyncGenerator<Step, Opening, void> {
  const first = await evaluate(input, x, from);
  const tried = transferred(x, from, to, first.eps);
  yield { i, n, level: from, next: to, x: tried, x0: first.x0, final: false };
  const second = await evaluate(input, tried, to);
  const reached = transferred(x, from, to, lin([0.5, first.eps], [0.5, second.eps]));
  yield { i, n, level: to, next: to, x: reached, x0: second.x0, final: true };
  return { x: reached, eps: first.eps };
}

/** Runge and Kutta's four evaluations. */
async function* rungeKuttaStart(
  input: SamplerInput,
  x: Latent,
  { i, n, from, to }: Move,
): AsyncGenerator<Step, Opening, void> {
  const middle = input.levelAt.time(to.t + halfOf(from.t - to.t));
  const noises: Latent[] = [];
  let [at, tried] = [from, x];
  for (const next of [middle, middle, to]) {
    const { x0, eps } = await evaluate(input, tried, at);
    noises.push(eps);
    tried = transferred(x, from, next, eps);
    yield { i, n, level: at, next, x: tried, x0, final: false };
    at = next;
  }
  const last = await evaluate(input, tried, to);
  const [k1, k2, k3] = noises as [Latent, Latent, Latent];
  const mean = lin([1 / 6, k1], [1 / 3, k2], [1 / 3, k3], [1 / 6, last.eps]);
  const reached = transferred(x, from, to, mean);
  yield { i, n, level: to, next: to, x: reached, x0: last.x0, final: true };
  return { x: reached, eps: k1 };
}

/** Half a stride; a whole number for a whole stride, as published models are told whole times. */
const halfOf = (stride: number): number => (Number.isInteger(stride) ? Math.floor(stride / 2) : stride / 2);

/** PNDM (Liu et al. 2022): three Runge-Kutta steps, then the linear multistep. */
export const pndm = (): Sampler => pseudoLinear(rungeKuttaStart, 3);

/** PLMS, PNDM without the Runge-Kutta start: its first step evaluates twice. */
export const plms = (): Sampler => pseudoLinear(heunStart, 1);

/** The fourth-order linear multistep of PNDM from the first step on, lower orders while the past is short. */
export const ipndm = (): Sampler => pseudoLinear(heunStart, 0);
