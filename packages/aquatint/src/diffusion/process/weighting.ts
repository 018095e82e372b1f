import { type Level, snr } from "./level.ts";
import type { Target } from "./prediction.ts";

/**
 * Min-SNR weighting (Hang et al. 2023): the squared error of x0 weighs min(SNR, gamma). Returns the weight of the squared
 * error of the network's own output, which holds an error of x0 sigma / (alpha b - sigma a) times as large.
 */
export function minSnrWeight(target: Target, level: Level, gamma: number): number {
  const { alpha, sigma } = level;
  const [a, b] = target(level);
  return Math.min(snr(level), gamma) * (sigma / (alpha * b - sigma * a)) ** 2;
}
