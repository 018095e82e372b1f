import type { Latent } from "../../process/latent.ts";
import type { Estimate } from "../../process/prediction.ts";
import type { Sampler } from "../loop.ts";
import { ancestral, ancestralDeviation } from "./ancestral.ts";

/** The noise that is estimated without the prompt; all of it where nothing is guided. */
export const unconditionalNoise = (estimate: Estimate): Latent => (estimate.unconditional ?? estimate).eps;

/** DDIM in the CFG++ form (Chung et al. 2024): the guided data, with the noise that is estimated without the prompt. */
export const ddimCfgPlusPlus = (eta: number): Sampler =>
  ancestral((from, to) => ancestralDeviation(from, to, eta), unconditionalNoise);
