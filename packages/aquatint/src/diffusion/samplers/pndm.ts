import { type Latent, lin } from "../process/latent.ts";
import { defineSampler } from "./define-sampler.ts";
import { evaluate } from "./loop.ts";
import { pseudoLinear, pseudoLinearOptions, type Start, transfer } from "./methods/pseudo-linear.ts";

/** Runge and Kutta's four evaluations. */
const rungeKuttaStart: Start = async function* (input, x, { i, n, from, to }, extrapolation) {
  const middle = input.levelAt.time(to.t + halfStride(from.t - to.t));
  const slopes: Latent[] = [];
  let [level, xInner] = [from, x];
  for (const next of [middle, middle, to]) {
    const estimate = await evaluate(input, xInner, level, { i, n });
    const slope = extrapolation.of(level, estimate);
    slopes.push(slope);
    xInner = transfer(x, from, next, extrapolation.noise(from, x, slope));
    yield { i, n, level, next, x: xInner, x0: estimate.x0, final: false };
    level = next;
  }
  const last = await evaluate(input, xInner, to, { i, n });
  const [k1, k2, k3] = slopes as [Latent, Latent, Latent];
  const mean = lin([1 / 6, k1], [1 / 3, k2], [1 / 3, k3], [1 / 6, extrapolation.of(to, last)]);
  const end = transfer(x, from, to, extrapolation.noise(from, x, mean));
  yield { i, n, level: to, next: to, x: end, x0: last.x0, final: true };
  return { x: end, part: k1 };
};

/** Half a stride; a whole number for a whole stride, as published models know whole times. */
const halfStride = (stride: number): number => (Number.isInteger(stride) ? Math.floor(stride / 2) : stride / 2);

/** PNDM: three Runge-Kutta steps, then the linear multistep. */
export const pndm = defineSampler({
  name: "pndm",
  title: "PNDM",
  order: 2,
  stochastic: false,
  evaluations: 1,
  extraEvaluations: 9,
  keepsEnd: true,
  spacing: "leading",
  aliases: { PNDMScheduler: { options: { extrapolates: "output" } } },
  reference: "Liu et al. 2022, algorithm 2, arXiv:2202.09778",
  options: pseudoLinearOptions,
  create: ({ extrapolates }) => pseudoLinear(extrapolates, { start: rungeKuttaStart, count: 3 }),
});
