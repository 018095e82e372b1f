import { grad } from "../../../autodiff/grad.ts";
import type { Tensor } from "../../../graph/tensor.ts";
import { softplus } from "../../../ops/activation.ts";
import { neg, square } from "../../../ops/elementwise.ts";
import { mean, sum } from "../../../ops/reduce.ts";

/** The generator's loss for logits [n] of its images: non-saturating (Goodfellow et al. 2014). */
export const generatorLoss = (generated: Tensor): Tensor => mean(softplus(neg(generated)));

/** A critic's logits of real and of generated images, each [n]. */
export interface Logits {
  readonly real: Tensor;
  readonly generated: Tensor;
}

/** The critic's part of the same game: the mean of -ln of the probability that it gives to what is so. */
export const criticLosses = ({ real, generated }: Logits) => ({
  real: mean(softplus(neg(real))),
  generated: mean(softplus(generated)),
});

/**
 * The mean over images x [n, c, h, w] of |d critic(x) / dx|² (Mescheder et al. 2018): R1 at real ones, R2 at generated
 * ones. A graph that can be differentiated once more; each image's logit must depend on that image alone.
 */
export function slopePenalty(critic: (x: Tensor) => Tensor, x: Tensor): Tensor {
  const [slope] = grad(sum(critic(x)), [x]) as [Tensor];
  return mean(sum(square(slope), { axes: x.shape.slice(1).map((_, i) => i + 1) }));
}
