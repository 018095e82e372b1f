import { type Latent, lin } from "../../process/latent.ts";
import type { Level } from "../../process/level.ts";
import type { Estimate } from "../../process/prediction.ts";
import type { Sampler } from "../loop.ts";
import { ancestral, ancestralDeviation } from "./ancestral.ts";

/** The estimate without the prompt; the estimate itself where nothing is guided. */
export const withoutPrompt = (estimate: Estimate): Estimate => estimate.unconditional ?? estimate;

/** The noise that is estimated without the prompt; all of it where nothing is guided. */
export const unconditionalNoise = (estimate: Estimate): Latent => withoutPrompt(estimate).eps;

/** The CFG++ form of an estimate: the guided data, with the noise that is estimated without the prompt. */
export const cfgPlusPlus = ({ x0, ...rest }: Estimate): Estimate => ({ x0, eps: unconditionalNoise({ x0, ...rest }) });

/** x at a level as if the guided data and the noise without the prompt made it: x + alpha (D - D without the prompt). */
export const renoised = (x: Latent, { alpha }: Level, estimate: Estimate): Latent =>
  lin([1, x], [alpha, estimate.x0], [-alpha, withoutPrompt(estimate).x0]);

/** DDIM in the CFG++ form (Chung et al. 2024): the guided data, with the noise that is estimated without the prompt. */
export const ddimCfgPlusPlus = (eta: number): Sampler =>
  ancestral((from, to) => ancestralDeviation(from, to, eta), unconditionalNoise);
