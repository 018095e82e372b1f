import { cudaPhilox } from "../math/cuda.ts";
import type { Seed } from "../math/random.ts";
import { addScaled } from "../math/vector.ts";
import type { Latent } from "./process/latent.ts";
import type { Level } from "./process/level.ts";
import type { NoiseSource } from "./samplers/loop.ts";

/** Options of a Brownian path. */
export interface BrownianOptions {
  readonly seed: Seed;
  /** Elements of x. */
  readonly size: number;
}

/** Halvings of the whole way: steps are told apart down to 2^-20 of it. */
const DEPTH = 20;
/** Draws of noise that is added on the way up lie beyond the tree's 2^20 nodes. */
const ABOVE = 2 ** 31;

/**
 * Noise of one Brownian path for each element, so that a walk of more steps follows the same path; the clock is the angle
 * of sigma to alpha, finite from clean data to pure noise. It is the tree of k-diffusion's sampler in purpose, not in its
 * numbers: here every node of the dyadic tree has its own counter of Philox, and nothing is kept. On a way back up to
 * more noise, which churning and restarts take, the noise is new each time.
 */
export function brownianNoise({ seed, size }: BrownianOptions): NoiseSource {
  let raised = 0;
  const normals = (draw: number): Latent => cudaPhilox(seed, { offset: draw }).randn(size);
  return (from, to) => {
    const [start, end] = [clock(from), clock(to)];
    if (end >= start) return normals(ABOVE + raised++);
    const nodes = increment(end, start);
    const scale = 1 / Math.sqrt([...nodes.values()].reduce((sum, k) => sum + k * k, 0));
    const sum = new Float64Array(size);
    for (const [node, k] of nodes) {
      const z = normals(node);
      addScaled(sum, scale * k, z);
    }
    return new Float32Array(sum);
  };
}

/** 0 for clean data, 1 for pure noise. */
const clock = ({ alpha, sigma }: Level): number => Math.atan2(sigma, alpha) / (Math.PI / 2);

/**
 * W(b) - W(a) as a sum over the nodes of Levy and Ciesielski's construction: node 0 is the straight line, node 2^j + k the
 * tent over the k-th of 2^j parts, of height 2^(-j / 2 - 1).
 */
function increment(a: number, b: number): ReadonlyMap<number, number> {
  const nodes = new Map([[0, b - a]]);
  for (let j = 0; j < DEPTH; j++) {
    const parts = 2 ** j;
    for (const [t, sign] of [
      [a, -1],
      [b, 1],
    ] as const) {
      const k = Math.min(Math.floor(t * parts), parts - 1);
      const tent = (1 - Math.abs(2 * (t * parts - k) - 1)) * 2 ** (-j / 2 - 1);
      nodes.set(parts + k, (nodes.get(parts + k) ?? 0) + sign * tent);
    }
  }
  return nodes;
}
