import { noiseRatio } from "../../process/coordinates.ts";
import { type Latent, lin } from "../../process/latent.ts";
import type { Level } from "../../process/level.ts";
import {
  evaluate,
  firstOrderStep,
  type Interval,
  intervals,
  isEndpoint,
  type Sampler,
  type SamplerInput,
} from "../loop.ts";
import type { Term } from "./dpm-terms.ts";
import { type Coefficients, dataIntegrator } from "./exponential-integrator.ts";

/** A stage: x at a share r of the step, from the step's start. */
export interface Stage {
  readonly r: number;
  /** Weights of the differences D1 - D0, D2 - D0, .. of the predictions so far. */
  readonly weights: (k: Coefficients) => readonly number[];
}

/** The level at a share r of the step in lambda. */
const levelAtShare = ({ levelAt }: SamplerInput, { from, to }: Interval, r: number): Level =>
  r === 1 ? to : levelAt.ratio(noiseRatio(from) ** (1 - r) * noiseRatio(to) ** r);

/** SEEDS of the data (Gonzalez et al. 2023): stages of one step share their noise, each adding that of its own part. */
export const seeds = (eta: number, stages: readonly Stage[]): Sampler => {
  const integrator = dataIntegrator(eta);
  return async function* (input) {
    let { x } = input;
    for (const interval of intervals(input)) {
      const { i, n, from, to } = interval;
      const first = await evaluate(input, x, from, interval);
      if (isEndpoint(interval)) {
        x = firstOrderStep(interval, first);
        yield { i, n, level: from, next: to, x, x0: first.x0, final: true };
        continue;
      }
      let [level, x0]: readonly [Level, Latent] = [from, first.x0];
      let noise: Latent | undefined;
      let at = x;
      const differences: Latent[] = [];
      for (const [j, { r, weights }] of stages.entries()) {
        if (j > 0) {
          x0 = (await evaluate(input, at, level, interval)).x0;
          differences.push(lin([1, x0], [-1, first.x0]));
        }
        const next = levelAtShare(input, interval, r);
        noise = carriedNoise(input, integrator.coefficients(level, next), noise, { from: level, to: next });
        const k = integrator.coefficients(from, next);
        const terms = weights(k).flatMap((w, d): readonly Term[] => (differences[d] ? [[w, differences[d]]] : []));
        at = lin([k.x, x], [k.phi1, first.x0], ...terms, ...(noise ? [[1, noise] as const] : []));
        const final = j === stages.length - 1;
        yield { i, n, level, next, x: at, x0, final };
        level = next;
      }
      x = at;
    }
    return x;
  };
};

/** The noise of a stage at the next one: what is left of it, and the fresh noise of the way between them. */
function carriedNoise(
  { noise }: SamplerInput,
  k: Coefficients,
  before: Latent | undefined,
  { from, to }: Pick<Interval, "from" | "to">,
): Latent | undefined {
  const terms: readonly Term[] = [
    ...(before ? [[k.x, before] as const] : []),
    ...(k.noise > 0 ? [[k.noise, noise(from, to)] as const] : []),
  ];
  return terms.length > 0 ? lin(...terms) : undefined;
}
