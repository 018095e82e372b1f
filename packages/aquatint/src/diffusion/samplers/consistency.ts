import { addNoise } from "../process/forward.ts";
import { lin } from "../process/latent.ts";
import type { Level } from "../process/level.ts";
import { checkedShare } from "./first-order.ts";
import { evaluate, firstOrderStep, intervals, type Sampler, type SamplerInput } from "./loop.ts";

/** How a consistency model blends its input in near clean data (Luo et al. 2023, latent consistency models). */
export interface LcmOptions {
  /** What times are multiplied by, diffusers' `timestep_scaling`. */
  readonly timestepScaling?: number | undefined;
}

const SIGMA_DATA = 0.5;

/** Latent consistency sampling (Luo et al. 2023): jump to the data, add fresh noise, jump again. */
export const lcm = ({ timestepScaling = 10 }: LcmOptions = {}): Sampler =>
  async function* (input) {
    let { x } = input;
    for (const move of intervals(input)) {
      const { i, n, from, to } = move;
      const { x0 } = await evaluate(input, x, from, move);
      const scaled = Math.max(from.t - 1, 0) * timestepScaling; // the boundary condition reads the published index
      const norm = Math.hypot(scaled, SIGMA_DATA);
      const jump = lin([scaled / norm, x0], [(SIGMA_DATA / norm) ** 2, x]);
      const last = i === n - 1;
      x = last ? jump : lin([to.alpha, jump], [to.sigma, input.noise(from, to)]);
      yield { i, n, level: from, next: to, x, x0, final: true };
    }
    return x;
  };

/** What trajectory consistency sampling reads. */
export interface TcdOptions {
  /** The paper's gamma, 0 .. 1: how far below the next level each step first goes; 0 is DDIM. */
  readonly eta?: number | undefined;
}

/** Trajectory consistency sampling (Zheng et al. 2024): go below the next level, then noise back up to it. */
export const tcd = ({ eta = 0.3 }: TcdOptions = {}): Sampler => {
  const share = checkedShare(eta);
  return async function* (input) {
    let { x } = input;
    for (const move of intervals(input)) {
      const { i, n, from, to } = move;
      const believed = await evaluate(input, x, from, move);
      const below = lower(input, move, share);
      x = firstOrderStep({ to: below }, believed);
      if (share > 0 && i < n - 1) x = addNoise(below, to, x, input.noise(from, to));
      yield { i, n, level: from, next: to, x, x0: believed.x0, final: true };
    }
    return x;
  };
};

/** The level at (1 - share) of the next index, in whole indices as the published models were trained. */
function lower({ levelAt }: SamplerInput, { to }: { readonly to: Level }, share: number): Level {
  return share === 0 || to.t < 1 ? to : levelAt.time(1 + Math.floor((1 - share) * (to.t - 1)));
}
