import type { Denoiser } from "../src/diffusion/process/denoiser.ts";
import { lin } from "../src/diffusion/process/latent.ts";
import type { Level } from "../src/diffusion/process/level.ts";
import { estimate, type Target } from "../src/diffusion/process/prediction.ts";

/** Standard deviation of the data in tests with a known answer: x0 ~ N(0, deviation^2). */
export const deviation = 0.6;

/** Standard deviation of noised data at a level; the probability flow carries x in proportion to it. */
export const spread = ({ alpha, sigma }: Level): number => Math.hypot(alpha * deviation, sigma);

/** The best possible network for that data, predicting `target`: it is linear in x. */
export const idealDenoiser =
  (target: Target): Denoiser =>
  async (x, level) => {
    const [a, b] = target(level);
    const gain = (a * level.alpha * deviation ** 2 + b * level.sigma) / spread(level) ** 2;
    return estimate(target, level, x, lin([gain, x]));
  };
