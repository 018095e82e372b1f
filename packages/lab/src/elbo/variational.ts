import type { ElboTerm } from "./elbo.ts";
import { type Normals, normalKl, normalLogDensity } from "./likelihood.ts";

/** The prior of every latent. */
const standard: Normals = { mean: 0, logVariance: 0 };

const total = (nats: Float64Array): number => nats.reduce((sum, value) => sum + value, 0);

/** Output of a variational autoencoder for one image. */
export interface VariationalInput {
  /** q(z | x) */
  readonly posterior: Normals;
  /** Latents in z. */
  readonly latents: number;
  /** ln p(x | z) of each of the image's values, for a z of the posterior. */
  readonly logLikelihood: Float64Array;
}

/**
 * The bound of a variational autoencoder (Kingma and Welling 2014) in the terms of diffusion's: one step, T = 1, whose
 * q(x_T | x_0) is learned. Nothing is left to match between the ends, so it has two terms.
 */
export function variationalElbo({ posterior, latents, logLikelihood }: VariationalInput): readonly ElboTerm[] {
  const bits = 1 / (logLikelihood.length * Math.LN2);
  return [
    { part: "prior matching", t: 1, bits: bits * total(normalKl(posterior, standard, latents)) },
    { part: "reconstruction", t: 1, bits: -bits * total(logLikelihood) },
  ];
}

/** One draw of the posterior and what it makes of an image. */
export interface WeightedDraw extends Pick<VariationalInput, "posterior" | "logLikelihood"> {
  readonly z: ArrayLike<number>;
}

/** ln (p(x | z) p(z) / q(z | x)), in nats: its mean over draws of z is the bound. */
export const logImportance = ({ posterior, z, logLikelihood }: WeightedDraw): number =>
  total(logLikelihood) + total(normalLogDensity(z, standard)) - total(normalLogDensity(z, posterior));

/** ln of the mean of the weights: with more draws a tighter bound on ln p(x), in nats (Burda et al. 2016). */
export function importanceBound(logWeights: readonly number[]): number {
  const highest = Math.max(...logWeights);
  return highest + Math.log(logWeights.reduce((sum, w) => sum + Math.exp(w - highest), 0) / logWeights.length);
}
