import { noiseRatio } from "../process/coordinates.ts";
import { lin } from "../process/latent.ts";
import { defineSampler } from "./define-sampler.ts";
import { evaluateOnce, firstOrderStep, isEndpoint } from "./loop.ts";
import type { Term } from "./methods/dpm-terms.ts";
import type { PastEstimate } from "./methods/exponential-integrator.ts";
import { integer } from "./options.ts";

/**
 * Weights of the estimated noise and its past, the newest first, for steps h0 (this one), h1, h2, .. of the noise ratio. As
 * published they are those of Adams and Bashforth for even steps and nearly so for others.
 */
function weights([h0 = 0, h1, h2, h3]: readonly number[]): readonly number[] {
  if (h1 === undefined) return [1];
  const g1 = h0 / h1 / 2;
  if (h2 === undefined) return [1 + g1, -g1];
  const g2 = (1 - ((h0 / (3 * (h0 + h1))) * (h0 * (h0 + h1))) / (h1 * (h1 + h2))) / 2;
  const third = [1 + g1 + g2, -g1 - (1 + h1 / h2) * g2, (h1 / h2) * g2] as const;
  if (h3 === undefined) return third;
  const inner = (1 - h0 / (3 * (h0 + h1))) / 2 + ((1 - h0 / (2 * (h0 + h1))) * h0) / (6 * (h0 + h1 + h2));
  const g3 = (inner * (h0 * (h0 + h1) * (h0 + h1 + h2))) / (h1 * (h1 + h2) * (h1 + h2 + h3));
  const q = (h1 * (h1 + h2)) / (h2 * (h2 + h3));
  return [
    third[0] + g3,
    third[1] - (1 + h1 / h2 + q) * g3,
    third[2] + (h1 / h2 + q * (1 + h2 / h3)) * g3,
    -q * (h1 / h2) * g3,
  ];
}

/** IPNDM with weights for uneven steps, as its authors' program has them. */
export const ipndmV = defineSampler({
  name: "ipndm-v",
  title: "IPNDM_V",
  order: 1, // of 48 to 192 steps; 2 beyond some hundreds
  stochastic: false,
  evaluations: 1,
  spacing: "fractional",
  aliases: {},
  reference: "Zhou et al. 2024, IPNDM of uneven steps in their program diff-sampler, arXiv:2312.00094",
  options: { order: integer({ min: 1, max: 4 }, "Evaluations that a step remembers, its own included.", 4) },
  create: ({ order }) =>
    evaluateOnce(() => {
      let past: readonly PastEstimate[] = [];
      return (x, estimate, interval) => {
        const { from, to } = interval;
        if (from.alpha > 0) past = [{ level: from, m: estimate.eps }, ...past].slice(0, order);
        if (isEndpoint(interval)) return firstOrderStep(interval, estimate);
        const ratios = [to, ...past.map(({ level }) => level)].map(noiseRatio);
        const steps = ratios.slice(1).map((ratio, k) => (ratios[k] ?? 0) - ratio);
        const w = weights(steps);
        const [h0 = 0] = steps;
        const terms = past.map(({ m }, k): Term => [to.alpha * h0 * (w[k] ?? 0), m]);
        return lin([to.alpha / from.alpha, x], ...terms);
      };
    }),
});
