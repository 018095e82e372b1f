import { AquatintError } from "../../errors.ts";
import { type Latent, lin } from "./latent.ts";
import type { Level } from "./level.ts";

/** The network's output at a level, as two numbers: a x0 + b eps. */
export type Target = (level: Level) => readonly [a: number, b: number];

/** The names of targets, as diffusers' `prediction_type`; `flow` is flow matching's eps - x0. */
export type PredictionType = "epsilon" | "sample" | "v_prediction" | "flow";

/** Every prediction type as its two numbers; v is alpha eps - sigma x0 (Salimans and Ho 2022). */
export const targets: Readonly<Record<PredictionType, Target>> = {
  epsilon: () => [0, 1],
  sample: () => [1, 0],
  v_prediction: ({ alpha, sigma }) => [-sigma, alpha],
  flow: () => [-1, 1],
};

/** The output of the networks of Karras et al. 2022 in their own coordinates, for data of deviation `sigmaData`. */
export const edmTarget =
  (sigmaData: number, { sign = 1 } = {}): Target =>
  ({ alpha, sigma }) => [(sign * sigma) / sigmaData, -sign * alpha * sigmaData];

/** Estimate for a noisy x: the data and the noise that it is made of. */
export interface Estimate {
  readonly x0: Latent;
  readonly eps: Latent;
  /** Estimate without the prompt, where a guided network says it too; samplers of the CFG++ family read it. */
  readonly unconditional?: Estimate | undefined;
  /** The network's output for the variance of its own reverse step; DDPM with a learned variance reads it. */
  readonly variance?: Latent | undefined;
}

/** The training target for data `x0` noised by `eps` to `level`. */
export function trainingTarget(target: Target, level: Level, { x0, eps }: Estimate): Latent {
  const [a, b] = target(level);
  return lin([a, x0], [b, eps]);
}

/** Solves x = alpha x0 + sigma eps and out = a x0 + b eps for x0 and eps. */
export function estimate(target: Target, level: Level, x: Latent, out: Latent): Estimate {
  checkSolvable(target, [level]);
  const { alpha, sigma } = level;
  const [a, b] = target(level);
  const det = alpha * b - sigma * a;
  return { x0: lin([b / det, x], [-sigma / det, out]), eps: lin([-a / det, x], [alpha / det, out]) };
}

/**
 * Throws where x and the network's output say the same thing, as with epsilon where nothing of the data is left;
 * `levels` are those to be evaluated, so without the last one that a sampler walks to.
 */
export function checkSolvable(target: Target, levels: readonly Level[]): void {
  for (const level of levels) {
    const [a, b] = target(level);
    if (level.alpha * b - level.sigma * a !== 0) continue;
    throw new AquatintError(
      "prediction/singular",
      `at t = ${level.t} (alpha ${level.alpha}, sigma ${level.sigma}) an output of ${a} x0 + ${b} eps tells nothing new`,
      { hint: "predict v_prediction, or use a schedule whose alphaBar(T) is above 0 (cosine: set maxBeta to 0.999)" },
    );
  }
}
