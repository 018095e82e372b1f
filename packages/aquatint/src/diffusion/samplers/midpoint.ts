import { noiseRatio } from "../process/coordinates.ts";
import { type Latent, lin } from "../process/latent.ts";
import type { Level } from "../process/level.ts";
import { posterior } from "../process/posterior.ts";
import type { Estimate } from "../process/prediction.ts";
import { dataIntegrand } from "./exponential.ts";
import { checkedShare } from "./first-order.ts";
import {
  evaluate,
  firstOrderStep,
  type Interval,
  intervals,
  isEndpoint,
  type Sampler,
  type SamplerInput,
} from "./loop.ts";

/** Carries x between levels along what is believed, of which one part is held constant. */
type Carry = (x: Latent, from: Level, to: Level, believed: Estimate) => Latent;

/** The estimated noise is constant: straight lines in variance-exploding coordinates. */
const alongNoise: Carry = (x, from, to, { eps }) =>
  lin([to.alpha / from.alpha, x], [to.sigma - (to.alpha / from.alpha) * from.sigma, eps]);

const solver = dataIntegrand(0);
/** The estimated data is constant: DPM-Solver++ of first order. */
const alongData: Carry = (x, from, to, { x0 }) => {
  const k = solver.coefficients(from, to);
  return lin([k.x, x], [k.first, x0]);
};

/** Where an ancestral step goes before it adds noise, and the deviation of what it adds. */
interface Descent {
  readonly below: Level;
  readonly fresh: number;
}

/** An ancestral step from a level down to another, whose noise is fresh in a share `eta`. */
function descent(from: Level, to: Level, eta: number): Descent {
  const fresh = eta * Math.sqrt(posterior(from, to).variance);
  return { below: { ...to, sigma: Math.sqrt(Math.max(to.sigma ** 2 - fresh ** 2, 0)) }, fresh };
}

interface MidpointOptions {
  readonly carry: Carry;
  readonly eta: number;
  /** The middle is an ancestral step too: half-way to the next level, not to what lies below it. */
  readonly noisyMiddle?: boolean;
}

/** The midpoint method in log-sigma, with a share `eta` of ancestral noise. */
const midpoint = ({ carry, eta, noisyMiddle = false }: MidpointOptions): Sampler =>
  async function* (input) {
    let { x } = input;
    for (const move of intervals(input)) {
      const { i, n, from, to } = move;
      const first = await evaluate(input, x, from, move);
      const { below, fresh } = descent(from, to, eta);
      if (isEndpoint(move)) {
        x = freshened(input, move, firstOrderStep({ to: below }, first), fresh);
        yield { i, n, level: from, next: to, x, x0: first.x0, final: true };
        continue;
      }
      const middle = input.levelAt.ratio(Math.sqrt(noiseRatio(from) * noiseRatio(noisyMiddle ? to : below)));
      const half = descent(from, middle, noisyMiddle ? eta : 0);
      const between = freshened(input, { from, to: middle }, carry(x, from, half.below, first), half.fresh);
      yield { i, n, level: from, next: middle, x: between, x0: first.x0, final: false };
      const second = await evaluate(input, between, middle, move);
      x = freshened(input, move, carry(x, from, below, second), fresh);
      yield { i, n, level: middle, next: to, x, x0: second.x0, final: true };
    }
    return x;
  };

const freshened = (
  { noise }: SamplerInput,
  { from, to }: Pick<Interval, "from" | "to">,
  x: Latent,
  deviation: number,
) => (deviation > 0 ? lin([1, x], [deviation, noise(from, to)]) : x);

/** What the ancestral forms take. */
export interface AncestralOptions {
  /** Share of the noise that is fresh, 0 .. 1. */
  readonly eta?: number | undefined;
}

/** DPM2: DPM-Solver-2 in variance-exploding coordinates (Karras et al. 2022's form in k-diffusion). */
export const dpm2 = (): Sampler => midpoint({ carry: alongNoise, eta: 0 });

/** DPM2 with ancestral noise. */
export const dpm2Ancestral = ({ eta = 1 }: AncestralOptions = {}): Sampler =>
  midpoint({ carry: alongNoise, eta: checkedShare(eta) });

/** DPM-Solver++ (2S) with ancestral noise, as in k-diffusion. */
export const dpmPlusPlus2sAncestral = ({ eta = 1 }: AncestralOptions = {}): Sampler =>
  midpoint({ carry: alongData, eta: checkedShare(eta) });

/** DPM-Solver++ as a stochastic equation, singlestep of two evaluations, as in k-diffusion. */
export const dpmPlusPlusSde = ({ eta = 1 }: AncestralOptions = {}): Sampler =>
  midpoint({ carry: alongData, eta: checkedShare(eta), noisyMiddle: true });
