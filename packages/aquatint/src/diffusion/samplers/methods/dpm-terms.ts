import type { Latent } from "../../process/latent.ts";
import type { Level } from "../../process/level.ts";
import { choice, flag, integer } from "../options.ts";
import { type Algorithm, type Coefficients, integrators, lambda, type PastEstimate } from "./exponential-integrator.ts";

/** The weight of the second-order term: by the step's middle or by its exact integral. */
export type SolverType = "midpoint" | "heun";

/** Options that the solvers of the DPM family share. */
export const dpmOptions = (standard: {
  readonly order: number;
  readonly algorithm: Algorithm;
  readonly solverType?: SolverType;
}) => ({
  order: integer({ min: 1, max: 3 }, "The solver's order.", standard.order),
  algorithm: choice(
    Object.keys(integrators) as Algorithm[],
    "What is extrapolated (the data with ++, or else the noise), and whether noise is fresh (sde).",
    standard.algorithm,
  ),
  solverType: choice(
    ["midpoint", "heun"],
    "The weight of the second-order term: by the step's middle or by its exact integral.",
    standard.solverType ?? "midpoint",
  ),
  lowerOrderFinal: flag("The last steps are of lower order where there are few.", false),
});

/** A coefficient and what it multiplies. */
export type Term = readonly [number, Latent];

/** Terms of a solver's step. */
export interface DpmStep {
  readonly x: Latent;
  readonly to: Level;
  /** Predictions on the way: the newest first in multistep solvers, the oldest first in singlestep ones. */
  readonly history: readonly [PastEstimate, ...PastEstimate[]];
  readonly solverType: SolverType;
  /** Fresh noise, where the equation has some. */
  readonly z?: Latent | undefined;
}

/** The first-order step: x, D0 and fresh noise. */
export function firstOrderTerms(k: Coefficients, { x, history: [m0], z }: DpmStep): readonly Term[] {
  const terms: readonly Term[] = [
    [k.x, x],
    [k.phi1, m0.m],
  ];
  return z ? [...terms, [k.noise, z]] : terms;
}

/** A step of order 1, or of order 2 where a prediction at another level, before the first or after it, gives D1. */
export function secondOrderTerms(k: Coefficients, step: DpmStep): readonly Term[] {
  const [m0, m1] = step.history;
  const terms = firstOrderTerms(k, step);
  if (!m1) return terms;
  const r = (lambda(m1.level) - lambda(m0.level)) / (lambda(step.to) - lambda(m0.level));
  const weight = (step.solverType === "midpoint" ? k.phi1 / 2 : k.phi2) / r;
  return [...terms, [-weight, m0.m], [weight, m1.m]];
}
