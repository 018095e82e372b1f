import { AquatintError } from "../../errors.ts";
import { transition } from "../process/forward.ts";
import { type Latent, lin } from "../process/latent.ts";
import type { Level } from "../process/level.ts";
import { posterior, posteriorMean } from "../process/posterior.ts";
import type { Estimate } from "../process/prediction.ts";
import { evaluate, type Interval, intervals, type Sampler } from "./loop.ts";

/** Where one step lands, and the deviation of the fresh noise added there: of all elements, or of each. */
interface Landing {
  readonly mean: Latent;
  readonly deviation: number | Latent;
}

/** A loop of one evaluation a step: land, then add fresh noise where the step has some. */
const oneEvaluation = (land: (x: Latent, believed: Estimate, move: Interval) => Landing): Sampler =>
  async function* (input) {
    let { x } = input;
    for (const move of intervals(input)) {
      const believed = await evaluate(input, x, move.from, move);
      const { mean, deviation } = land(x, believed, move);
      x = deviation === 0 ? mean : lin([1, mean], spread(deviation, input.noise(move.from, move.to)));
      yield { i: move.i, n: move.n, level: move.from, next: move.to, x, x0: believed.x0, final: true };
    }
    return x;
  };

const spread = (deviation: number | Latent, noise: Latent): readonly [number, Latent] =>
  typeof deviation === "number" ? [deviation, noise] : [1, noise.map((v, i) => v * deviation[i]!)];

/** Keeps x0, keeps part of the estimated noise and refreshes the rest; `noiseOf` says which noise is kept. */
const refreshing = (
  fresh: (from: Level, to: Level) => number,
  noiseOf: (believed: Estimate) => Latent = ({ eps }) => eps,
): Sampler =>
  oneEvaluation((_, believed, { from, to }) => {
    const deviation = fresh(from, to);
    const kept = Math.sqrt(Math.max(to.sigma ** 2 - deviation ** 2, 0));
    return { mean: lin([to.alpha, believed.x0], [kept, noiseOf(believed)]), deviation };
  });

/** Deviation of the noise that a reverse step adds, from what the network says of it. */
type Deviation = (from: Level, to: Level, learned: Latent | undefined) => number | Latent;

const small = (from: Level, to: Level): number => posterior(from, to).variance;
const large = (from: Level, to: Level): number => transition(to, from).variance;
/** Below this diffusers takes no logarithm of a variance. */
const LEAST_VARIANCE = 1e-20;

const deviations = {
  small: (from, to) => Math.sqrt(small(from, to)),
  large: (from, to) => Math.sqrt(large(from, to)),
  learned: (_from, _to, learned) => said(learned).map(Math.sqrt),
  "learned-range"(from, to, learned) {
    const [low, high] = [small(from, to), large(from, to)].map((v) => Math.log(Math.max(v, LEAST_VARIANCE)) / 2);
    return said(learned).map((v) => Math.exp(low! + ((v + 1) / 2) * (high! - low!)));
  },
} as const satisfies Readonly<Record<string, Deviation>>;

/**
 * Variance of DDPM's reverse step: its two bounds, the posterior's ("small") and the forward step's ("large"), or what the
 * network says: the variance itself ("learned") or its place between the bounds' logarithms, -1 .. 1 ("learned-range",
 * Nichol and Dhariwal 2021, equation 15).
 */
export type Variance = keyof typeof deviations;

function said(learned: Latent | undefined): Latent {
  if (learned) return learned;
  throw new AquatintError(
    "sampler/variance",
    "this sampler wants a learned variance, and the network's output has none",
    {
      hint: 'take the variance "small", or a network with twice as many output channels',
    },
  );
}

/** DDPM's ancestral sampling (Ho et al. 2020, algorithm 2), written with the posterior so that x0 may be clipped. */
export const ddpm = ({ variance = "small" }: { readonly variance?: Variance | undefined } = {}): Sampler => {
  const deviationOf: Deviation = deviations[variance];
  return oneEvaluation((x, { x0, variance: learned }, { from, to }) => {
    const deviation = to.sigma === 0 ? 0 : deviationOf(from, to, learned); // the last step adds no noise
    return { mean: posteriorMean(from, to, { x, x0 }), deviation };
  });
};

/** DDIM (Song et al. 2021): deterministic at eta = 0, DDPM at eta = 1; Euler's method on the probability flow. */
export const ddim = ({ eta = 0 }: { readonly eta?: number | undefined } = {}): Sampler => {
  const share = checkedShare(eta);
  return refreshing((from, to) => share * Math.sqrt(posterior(from, to).variance));
};

/** DDIM in the CFG++ form (Chung et al. 2024): the guided data, with the noise that is estimated without the prompt. */
export const cfgPlusPlus = ({ eta = 0 }: { readonly eta?: number | undefined } = {}): Sampler => {
  const share = checkedShare(eta);
  return refreshing(
    (from, to) => share * Math.sqrt(posterior(from, to).variance),
    (believed) => (believed.unconditional ?? believed).eps,
  );
};

/** Euler's method with ancestral noise: DDIM whose noise is all fresh unless eta says otherwise. */
export const eulerAncestral = ({ eta = 1 }: { readonly eta?: number | undefined } = {}): Sampler => ddim({ eta });

/** The lecture's x_t-1 = x0_hat + sigma_t-1 eps with all noise fresh: alpha_t-1 x0_hat + sigma_t-1 eps here. */
export const renoise = (): Sampler => refreshing((_, to) => to.sigma);

/** Returns eta where it is a share, 0 .. 1, and throws elsewhere. */
export function checkedShare(eta: number): number {
  if (eta >= 0 && eta <= 1) return eta;
  throw new AquatintError("sampler/option", `eta lies in 0 .. 1, got ${eta}`);
}
