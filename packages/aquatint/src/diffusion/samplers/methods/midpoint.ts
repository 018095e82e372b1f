import { noiseRatio } from "../../process/coordinates.ts";
import { type Latent, lin } from "../../process/latent.ts";
import type { Level } from "../../process/level.ts";
import type { Estimate } from "../../process/prediction.ts";
import { evaluate, firstOrderStep, intervals, isEndpoint, type Sampler } from "../loop.ts";
import { addFreshNoise } from "./ancestral.ts";
import { cfgPlusPlus, renoised } from "./cfgpp.ts";
import { descent } from "./descent.ts";
import { dataIntegrator } from "./exponential-integrator.ts";

/** Carries x between levels along an estimate, of which one part is held constant. */
type Carry = (x: Latent, from: Level, to: Level, estimate: Estimate) => Latent;

/** The estimated noise is constant: straight lines in variance-exploding coordinates. */
export const alongNoise: Carry = (x, from, to, { eps }) =>
  lin([to.alpha / from.alpha, x], [to.sigma - (to.alpha / from.alpha) * from.sigma, eps]);

const solver = dataIntegrator(0);
/** The estimated data is constant: DPM-Solver++ of first order. */
export const alongData: Carry = (x, from, to, { x0 }) => {
  const k = solver.coefficients(from, to);
  return lin([k.x, x], [k.phi1, x0]);
};

interface MidpointOptions {
  readonly carry: Carry;
  readonly eta: number;
  /** The middle is an ancestral step too: half-way to the next level, not to what lies below it. */
  readonly noisyMiddle?: boolean;
  /** The CFG++ form: x is carried with the noise that is estimated without the prompt. */
  readonly cfgpp?: boolean;
}

/** The midpoint method in log-sigma, with a share `eta` of ancestral noise. */
export const midpoint = ({ carry, eta, noisyMiddle = false, cfgpp = false }: MidpointOptions): Sampler =>
  async function* (input) {
    let { x } = input;
    for (const interval of intervals(input)) {
      const { i, n, from, to } = interval;
      const first = await evaluate(input, x, from, interval);
      const { below, deviation } = descent(from, to, eta);
      if (isEndpoint(interval)) {
        const end = firstOrderStep({ to: below }, cfgpp ? cfgPlusPlus(first) : first);
        x = addFreshNoise(input, interval, end, deviation);
        yield { i, n, level: from, next: to, x, x0: first.x0, final: true };
        continue;
      }
      const middle = input.levelAt.ratio(Math.sqrt(noiseRatio(from) * noiseRatio(noisyMiddle ? to : below)));
      const half = descent(from, middle, noisyMiddle ? eta : 0);
      const start = cfgpp ? renoised(x, from, first) : x;
      const between = addFreshNoise(input, { from, to: middle }, carry(start, from, half.below, first), half.deviation);
      yield { i, n, level: from, next: middle, x: between, x0: first.x0, final: false };
      const second = await evaluate(input, between, middle, interval);
      x = addFreshNoise(input, interval, carry(start, from, below, second), deviation);
      yield { i, n, level: middle, next: to, x, x0: second.x0, final: true };
    }
    return x;
  };
