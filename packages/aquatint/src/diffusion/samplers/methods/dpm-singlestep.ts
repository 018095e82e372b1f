import { lin } from "../../process/latent.ts";
import { evaluateOnce, firstOrderStep, isEndpoint, isStill, type Sampler } from "../loop.ts";
import type { OptionValues } from "../options.ts";
import { type DpmStep, type dpmOptions, firstOrderTerms, secondOrderTerms, type Term } from "./dpm-terms.ts";
import { type Coefficients, integrators, lambda } from "./exponential-integrator.ts";

/** x where a group of steps began, and the predictions since. */
type Group = Pick<DpmStep, "x" | "history">;

/** DPM-Solver and DPM-Solver++ of order 1 to 3, singlestep: groups of steps whose inner levels are the walk's own. */
export const dpmSinglestep = ({
  order,
  algorithm,
  solverType,
  lowerOrderFinal,
}: OptionValues<ReturnType<typeof dpmOptions>>): Sampler => {
  const integrator = integrators[algorithm](1);
  return evaluateOnce(({ levels, noise }) => {
    let group: Group | undefined;
    const orders = orderOfSteps(levels.length - 1, order, lowerOrderFinal);
    return (x, estimate, interval) => {
      const { i, from, to } = interval;
      const z = integrator.stochastic ? noise(from, to) : undefined;
      const current = { level: from, m: integrator.prediction(estimate) };
      const isInner = orders[i] !== 1 && group && group.history[0].level.alpha > 0 && to.sigma > 0;
      group = group && isInner ? { ...group, history: [...group.history, current] } : { x, history: [current] };
      if (isStill(interval)) return lin([1, x]);
      if (isEndpoint(interval) && !integrator.reachesEndpoints) return firstOrderStep(interval, estimate);
      const k = integrator.coefficients(group.history[0].level, to);
      return lin(...singlestepTerms(k, { ...group, to, solverType, z }));
    };
  });
};

/** Orders of the steps: 1, 2, .. order again and again; the last group is shorter where they do not fit. */
function orderOfSteps(n: number, order: number, lowerOrderFinal: boolean): readonly number[] {
  const orders = Array.from({ length: n }, (_, i) => (i % order) + 1);
  if (!lowerOrderFinal || order === 1) return orders;
  if (n % order === 0) orders[n - 1] = 1;
  return orders;
}

/** A step of order 3 where `history` has the group's three predictions, its first level first. */
function singlestepTerms(k: Coefficients, step: DpmStep): readonly Term[] {
  const [m0, m1, m2] = step.history;
  if (!m1 || !m2) return secondOrderTerms(k, step);
  const terms = firstOrderTerms(k, step);
  const h = lambda(step.to) - lambda(m0.level);
  const r1 = (lambda(m1.level) - lambda(m0.level)) / h;
  const r2 = (lambda(m2.level) - lambda(m0.level)) / h;
  if (step.solverType === "midpoint") return [...terms, [-k.phi2 / r2, m0.m], [k.phi2 / r2, m2.m]];
  const w1 = (k.phi2 * r2 - 2 * k.phi3) / (r1 * (r2 - r1)); // of m1 - m0
  const w2 = (2 * k.phi3 - k.phi2 * r1) / (r2 * (r2 - r1)); // of m2 - m0
  return [...terms, [-w1 - w2, m0.m], [w1, m1.m], [w2, m2.m]];
}
