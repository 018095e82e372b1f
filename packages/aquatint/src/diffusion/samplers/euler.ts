import { noisedFurther } from "../forward.ts";
import type { Level } from "../level.ts";
import { evaluate, moves, remix, type Sampler, type SamplerInput } from "./sampler.ts";

/** Noise that is added before a step and removed by it (Karras et al. 2022, algorithm 2). */
export interface ChurnOptions {
  /** In units of the whole walk: each of n steps adds churn / n of its noise, at most a factor of sqrt(2) - 1. */
  readonly churn?: number | undefined;
}

/** Euler's method on the probability flow (Karras et al. 2022), the same as DDIM unless noise is churned. */
export const euler = ({ churn = 0 }: ChurnOptions = {}): Sampler =>
  async function* (input) {
    let { x } = input;
    for (const move of moves(input)) {
      const { i, n, to } = move;
      const from = churned(input, move.from, Math.min(churn / n, Math.SQRT2 - 1));
      if (from !== move.from) x = noisedFurther(move.from, from, x, input.noise());
      const believed = await evaluate(input, x, from);
      x = remix(move, believed);
      yield { i, n, level: from, next: to, x, x0: believed.x0, final: true };
    }
    return x;
  };

/** The level with a share more noise, no further than where the walk began. */
function churned({ levels, levelAt }: SamplerInput, level: Level, share: number): Level {
  if (share === 0 || level.alpha === 0 || level === levels[0]) return level;
  return levelAt.ratio((level.sigma / level.alpha) * (1 + share));
}
