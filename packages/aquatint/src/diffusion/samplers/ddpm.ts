import { transition } from "../process/forward.ts";
import { type Latent, lin } from "../process/latent.ts";
import type { Level } from "../process/level.ts";
import { posterior, posteriorMean } from "../process/posterior.ts";
import { defineSampler, noLearnedVariance } from "./define-sampler.ts";
import { evaluateOnce } from "./loop.ts";
import { choice } from "./options.ts";

/** Deviation of the noise that a reverse step adds, of all elements or of each, from what the network says of it. */
type Deviation = (from: Level, to: Level, learned: Latent | undefined) => number | Latent;

const small = (from: Level, to: Level): number => posterior(from, to).variance;
const large = (from: Level, to: Level): number => transition(to, from).variance;
/** Below this diffusers takes no logarithm of a variance. */
const LEAST_VARIANCE = 1e-20;
const logDeviation = (variance: number): number => Math.log(Math.max(variance, LEAST_VARIANCE)) / 2;

const deviations = {
  small: (from, to) => Math.sqrt(small(from, to)),
  large: (from, to) => Math.sqrt(large(from, to)),
  learned: (_from, _to, learned) => required(learned).map(Math.sqrt),
  "learned-range"(from, to, learned) {
    const [low, high] = [logDeviation(small(from, to)), logDeviation(large(from, to))];
    return required(learned).map((v) => Math.exp(low + ((v + 1) / 2) * (high - low)));
  },
} as const satisfies Readonly<Record<string, Deviation>>;

/**
 * Variance of DDPM's reverse step: its two bounds, the posterior's ("small") and the forward step's ("large"), or what the
 * network says: the variance itself ("learned") or its place between the bounds' logarithms, -1 .. 1 ("learned-range",
 * Nichol and Dhariwal 2021, equation 15).
 */
export type Variance = keyof typeof deviations;

function required(learned: Latent | undefined): Latent {
  if (learned) return learned;
  throw noLearnedVariance();
}

const scaleNoise = (deviation: number | Latent, noise: Latent): readonly [number, Latent] =>
  typeof deviation === "number" ? [deviation, noise] : [1, noise.map((v, i) => v * deviation[i]!)];

/** DDPM's ancestral sampling, written with the posterior so that x0 may be clipped. */
export const ddpm = defineSampler({
  name: "ddpm",
  title: "DDPM",
  order: 1,
  stochastic: true,
  evaluations: 1,
  spacing: "trailing",
  learnedVariance: ({ variance }) => variance === "learned" || variance === "learned-range",
  aliases: { DDPMScheduler: {}, "ddpm-large": { options: { variance: "large" } } },
  reference: "Ho, Jain and Abbeel 2020, algorithm 2, arXiv:2006.11239",
  options: {
    variance: choice(
      Object.keys(deviations) as Variance[],
      "The variance of a reverse step: the posterior's, the forward step's, or what the network says.",
      "small",
    ),
  },
  create({ variance }) {
    const deviationOf: Deviation = deviations[variance];
    return evaluateOnce(({ noise }) => (x, { x0, variance: learned }, { from, to }) => {
      const mean = posteriorMean(from, to, { x, x0 });
      const deviation = to.sigma === 0 ? 0 : deviationOf(from, to, learned); // the last step adds no noise
      return deviation === 0 ? mean : lin([1, mean], scaleNoise(deviation, noise(from, to)));
    });
  },
});
