import { gaussianMixture, posterior, schedules } from "aquatint/diffusion";

// #region
const { level } = schedules.linear();
const data = gaussianMixture([
  { mean: [-1], covariance: 0.01 },
  { mean: [0.5], covariance: 0.04 },
]);

const x = 0.2; // a pixel at t = 400
const guess = data.estimate([x], level(400)).x0[0]!; // E[x_0 | x_t], which a network learns
const q = posterior(level(400), level(399));
const mean = q.x * x + q.x0 * guess;

console.log(guess.toFixed(4), mean.toFixed(4), Math.sqrt(q.variance).toFixed(4));
// #endregion
