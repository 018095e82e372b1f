import type { Latent } from "./latent.ts";
import type { Level } from "./level.ts";
import { type Estimate, estimate, type Target } from "./prediction.ts";

/** An output with what else the network says: without the prompt, and of its variance. */
export interface FullOutput {
  readonly output: Latent;
  /** The output without the prompt, that guidance pushed away from. */
  readonly unconditional?: Latent | undefined;
  /** The other half of the channels of a network with a learned variance. */
  readonly variance?: Latent | undefined;
}

/** What a network gives: its output alone, of x's size, or more. */
export type NetworkOutput = Latent | FullOutput;

/** A network at work: what it outputs for x at a level, in whatever it was trained to predict. */
export type Network = (x: Latent, level: Level) => Promise<Latent>;

/** A network that may say more than its output. */
export type FullNetwork = (x: Latent, level: Level) => Promise<NetworkOutput>;

/** All that a sampler knows of a model: its belief of what x is made of. */
export type Denoiser = (x: Latent, level: Level) => Promise<Estimate>;

/** Reads a network's output as data and noise. */
export const denoiser =
  (network: FullNetwork, target: Target): Denoiser =>
  async (x, level) =>
    read(target, level, x, await network(x, level));

/** An output of whatever form as an estimate; one of twice x's size is of one picture, its variance after it. */
export function read(target: Target, level: Level, x: Latent, given: NetworkOutput): Estimate {
  const { output, unconditional, variance } = parts(given, x.length);
  const believed = estimate(target, level, x, output);
  return {
    ...believed,
    ...(unconditional && { unconditional: estimate(target, level, x, unconditional) }),
    ...(variance && { variance }),
  };
}

function parts(given: NetworkOutput, size: number): FullOutput {
  if (!(given instanceof Float32Array)) return given;
  if (given.length !== 2 * size) return { output: given };
  return { output: given.subarray(0, size), variance: given.subarray(size) };
}
