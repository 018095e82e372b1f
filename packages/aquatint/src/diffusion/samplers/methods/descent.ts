import type { Level } from "../../process/level.ts";
import { ancestralDeviation } from "./ancestral.ts";

/** Level of an ancestral step before it adds noise, and the deviation of what it adds. */
export interface Descent {
  readonly below: Level;
  readonly deviation: number;
}

/** An ancestral step from a level down to another, whose noise is fresh in a share `eta`. */
export function descent(from: Level, to: Level, eta: number): Descent {
  const deviation = ancestralDeviation(from, to, eta);
  return { below: { ...to, sigma: Math.sqrt(Math.max(to.sigma ** 2 - deviation ** 2, 0)) }, deviation };
}
