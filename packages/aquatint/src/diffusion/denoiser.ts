import type { Latent } from "./latent.ts";
import type { Level } from "./level.ts";
import { type Estimate, estimate, type Target } from "./prediction.ts";

/** A network at work: what it outputs for x at a level, in whatever it was trained to predict. */
export type Network = (x: Latent, level: Level) => Promise<Latent>;

/** All that a sampler knows of a model: its belief of what x is made of. */
export type Denoiser = (x: Latent, level: Level) => Promise<Estimate>;

/** Reads a network's output as data and noise. */
export const denoiser =
  (network: Network, target: Target): Denoiser =>
  async (x, level) =>
    estimate(target, level, x, await network(x, level));
