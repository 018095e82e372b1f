import type { Tensor } from "../../../graph/tensor.ts";
import type { LatentPosterior } from "../../../models/autoencoder/index.ts";
import { abs, add, exp, scale, square, sub } from "../../../ops/elementwise.ts";
import { scalar } from "../../../ops/leaves.ts";
import { mean } from "../../../ops/reduce.ts";
import { slice } from "../../../ops/shape.ts";
import { itemAt } from "../../../util/items.ts";

/** Terms of an autoencoder's loss, each a mean over all elements. */
export interface AutoencoderTerms {
  /** |d| for the difference d of reconstruction and image, which are in -1 .. 1. */
  readonly l1: Tensor;
  /** d² */
  readonly squared: Tensor;
  /** |d(x + 1) - d(x)| along both sides of the image: edges that are soft or in the wrong place. */
  readonly gradient: Tensor;
  /** Kullback-Leibler divergence of the posterior from N(0, I) in nats (Kingma and Welling 2014). */
  readonly kl: Tensor;
}

/** Compares reconstructions with their images, both [n, c, h, w]. */
export function autoencoderTerms(image: Tensor, reconstruction: Tensor, posterior: LatentPosterior): AutoencoderTerms {
  const d = sub(reconstruction, image);
  const slopes = [2, 3].map((axis) => mean(abs(slope(d, axis))));
  return { l1: mean(abs(d)), squared: mean(square(d)), gradient: slopes.reduce(add), kl: mean(divergence(posterior)) };
}

function slope(d: Tensor, axis: number): Tensor {
  const n = itemAt(d.shape, axis);
  return sub(slice(d, { axis, start: 1, end: n }), slice(d, { axis, start: 0, end: n - 1 }));
}

/** Kullback-Leibler divergence of each latent's posterior from N(0, 1), in nats: the graph of `normalKl`. */
export function divergence({ mean: mu, logVariance }: LatentPosterior): Tensor {
  const spread = sub(exp(logVariance), add(logVariance, scalar(1)));
  return scale(add(square(mu), spread), 0.5);
}

/** Mean squared distance of two images' states in an image encoder, layer by layer (Johnson et al. 2016). */
export const featureDistance = (a: readonly Tensor[], b: readonly Tensor[]): Tensor =>
  scale(a.map((state, i) => mean(square(sub(state, itemAt(b, i))))).reduce(add), 1 / a.length);
