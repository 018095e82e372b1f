import type { Tensor } from "aquatint/graph";
import { type LatentPosterior, samplePosterior } from "aquatint/models";
import {
  add,
  exp,
  greater,
  less,
  log,
  logicalOr,
  mul,
  neg,
  scalar,
  scale,
  softplus,
  sub,
  sum,
  where,
} from "aquatint/ops";
import { divergence } from "aquatint/train";
import type { ImageLikelihood, VariationalAutoencoder } from "../../models/index.ts";

/** Half of the distance between two values of an 8-bit image in -1 .. 1. */
const HALF = 1 / 255;

/** ln of each value's probability under its logistic: the graph of `discretized({ interval: "logistic" })`. */
export function discretizedLogistic(x: Tensor, { mean, logScale }: ImageLikelihood): Tensor {
  const narrow = exp(neg(logScale));
  const away = sub(x, mean);
  const below = mul(sub(away, scalar(HALF)), narrow); // the interval's ends, as the standard logistic sees them
  const above = mul(add(away, scalar(HALF)), narrow);
  const [first, last] = [less(x, scalar(HALF - 1)), greater(x, scalar(1 - HALF))];
  const none = scalar(0);
  const lower = where(first, none, softplus(below));
  const upper = where(last, none, softplus(neg(above)));
  const width = log(sub(scalar(1), exp(scale(narrow, -2 * HALF))));
  return sub(where(logicalOr(first, last), none, width), add(lower, upper));
}

/** The two terms of the bound for each image, in nats: [n]. */
export interface VaeTerms {
  /** -ln p(x | z) for a z of the posterior. */
  readonly reconstruction: Tensor;
  /** KL(q(z | x) || N(0, I)). */
  readonly kl: Tensor;
}

/** Inputs of the bound. */
export interface VaeBoundInput {
  readonly vae: VariationalAutoencoder;
  /** [n, c, h, w] in -1 .. 1. */
  readonly images: Tensor;
  /** Standard normals [n, latent_size]. */
  readonly noise: Tensor;
  /** [n, condition_size] */
  readonly condition: Tensor;
}

/** The evidence lower bound on ln p(x) as its two terms (Kingma and Welling 2014), with one draw of z an image. */
export function vaeTerms({ vae, images, noise, condition }: VaeBoundInput): VaeTerms {
  const posterior: LatentPosterior = vae.encode(images, condition);
  const likelihood = vae.decode(samplePosterior(posterior, noise), condition);
  return {
    reconstruction: neg(sum(discretizedLogistic(images, likelihood), { axes: [1, 2, 3] })),
    kl: sum(divergence(posterior), { axes: [1] }),
  };
}
