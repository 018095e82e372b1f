import { lin } from "../../process/latent.ts";
import { evaluateOnce, firstOrderStep, isEndpoint, isStill, type Sampler } from "../loop.ts";
import { flag, type OptionValues } from "../options.ts";
import { type DpmStep, dpmOptions, firstOrderTerms, secondOrderTerms, type Term } from "./dpm-terms.ts";
import { type Algorithm, type Coefficients, integrators, lambda, type PastEstimate } from "./exponential-integrator.ts";

/** The options of the multistep solvers. */
export const dpmMultistepOptions = (standard: {
  readonly order: number;
  readonly algorithm: Algorithm;
  readonly solverType?: "midpoint" | "heun";
}) => ({
  ...dpmOptions(standard),
  eulerAtFinal: flag("The last step is of order 1.", false),
});

type MultistepOptions = OptionValues<ReturnType<typeof dpmMultistepOptions>> & { readonly eta?: number };

/** Walks of fewer steps end at lower orders where `lowerOrderFinal` says so. */
const FEW_STEPS = 15;

/** DPM-Solver and DPM-Solver++, multistep (Lu et al. 2022), of order 1 to 3: past predictions stand for derivatives. */
export const dpmMultistep = ({ eta = 1, ...options }: MultistepOptions): Sampler => {
  const { order, solverType, lowerOrderFinal, eulerAtFinal } = options;
  const integrator = integrators[options.algorithm](eta);
  return evaluateOnce(({ noise }) => {
    let past: readonly PastEstimate[] = [];
    return (x, estimate, interval) => {
      const { i, n, from, to } = interval;
      const z = integrator.stochastic ? noise(from, to) : undefined;
      const current = { level: from, m: integrator.prediction(estimate) };
      const isLimited = (lowerOrderFinal && n < FEW_STEPS) || (eulerAtFinal && i === n - 1);
      const count = to.sigma === 0 ? 1 : Math.min(order, isLimited ? n - i : order);
      const history = [current, ...past.slice(0, count - 1)] as const;
      if (from.alpha > 0) past = [current, ...past].slice(0, order - 1);
      if (isStill(interval)) return lin([1, x]);
      if (isEndpoint(interval) && !integrator.reachesEndpoints) return firstOrderStep(interval, estimate);
      return lin(...multistepTerms(integrator.coefficients(from, to), { x, to, history, solverType, z }));
    };
  });
};

/** A step of order 3 where `history` has three predictions, the newest first; their differences give D1 and D2. */
function multistepTerms(k: Coefficients, step: DpmStep): readonly Term[] {
  const [m0, m1, m2] = step.history;
  if (!m1 || !m2) return secondOrderTerms(k, step);
  const h = lambda(step.to) - lambda(m0.level);
  const r0 = (lambda(m0.level) - lambda(m1.level)) / h;
  const r1 = (lambda(m1.level) - lambda(m2.level)) / h;
  const bend = (k.phi2 * r0 + k.phi3) / (r0 + r1);
  const [w0, w1] = [(k.phi2 + bend) / r0, -bend / r1]; // of m0 - m1 and of m1 - m2
  return [...firstOrderTerms(k, step), [w0, m0.m], [w1 - w0, m1.m], [-w1, m2.m]];
}
