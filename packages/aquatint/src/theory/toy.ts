import { type GaussianComponent, gaussianMixture } from "../diffusion/gaussian-mixture.ts";

/** Three long normals around the origin, [x, y]: data that can be drawn, whose every distribution is known. */
export const toyComponents: readonly GaussianComponent[] = [0, 1, 2].map((k) => {
  const angle = Math.PI / 2 + (2 * Math.PI * k) / 3;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const [along, across] = [0.02, 0.22];
  return {
    mean: [1.22 * c, 1.22 * s],
    covariance: [
      [along * c * c + across * s * s, (along - across) * c * s],
      [(along - across) * c * s, along * s * s + across * c * c],
    ],
  };
});

/** The mixture of the theory report, of about unit variance. */
export const toyMixture = gaussianMixture(toyComponents);
