import { noiseRatio } from "../process/coordinates.ts";
import { addNoise } from "../process/forward.ts";
import type { Level } from "../process/level.ts";
import { karras } from "../spacing/ramps.ts";
import { heunStep } from "./heun.ts";
import { type Interval, intervals, type Sampler, type SamplerInput } from "./loop.ts";

/** An interval of noise ratios sigma / alpha that is walked again. */
export interface RestartInterval {
  /** The walk restarts at the one of its levels that comes nearest to this ratio .. */
  readonly low: number;
  /** .. going back up to this one. */
  readonly high: number;
  /** Steps of the way down again. */
  readonly steps: number;
  readonly times: number;
}

/** What Restart takes. */
export interface RestartOptions {
  /** A quarter of the walk's steps between 0.1 and 2, twice in walks of 36 steps and more, if absent. */
  readonly restart?: RestartInterval | undefined;
}

/** Restart (Xu et al. 2023): Heun's method that goes back up to much noise and comes down again; the steps are extra. */
export const restart = (options: RestartOptions = {}): Sampler =>
  async function* (input) {
    let { x } = input;
    for (const move of restarted(
      input,
      options.restart ?? usualRestart(input.levels.length - 1 - (input.begin ?? 0)),
    )) {
      const { raised, from } = move;
      if (raised) x = addNoise(raised, from, x, input.noise(raised, from));
      x = yield* heunStep(input, move, x);
    }
    return x;
  };

/** A step, before which x is noised from the level `raised` up to where the step begins. */
interface RestartMove extends Interval {
  readonly raised?: Level;
}

/** The walk with its interval inserted; as it was where it begins below the interval or has no level in it. */
function restarted(input: SamplerInput, { low, high, steps, times }: RestartInterval): readonly RestartMove[] {
  const plain: readonly RestartMove[] = [...intervals(input)];
  const away = ({ to }: Interval): number => Math.abs(Math.log(noiseRatio(to) / low));
  const inside = plain.filter(({ to }) => to.sigma > 0 && noiseRatio(to) < high);
  const last = inside.reduce<RestartMove | undefined>(
    (best, m) => (best && away(best) <= away(m) ? best : m),
    undefined,
  );
  if (!last || noiseRatio(plain[0]!.from) < high) return plain;
  const { to: bottom } = last;
  const at = plain.indexOf(last);
  const inner = Array.from(karras()(high, noiseRatio(bottom), steps + 1).subarray(0, steps), input.levelAt.ratio);
  const again = inner.map((from, k) => ({
    from,
    to: inner[k + 1] ?? bottom,
    ...(k === 0 && { raised: bottom }),
  }));
  const all = [...plain.slice(0, at + 1), ...Array.from({ length: times }, () => again).flat(), ...plain.slice(at + 1)];
  const { begin = 0 } = input;
  return all.map((move, i) => ({ ...move, i: begin + i, n: begin + all.length }));
}

/** The interval that a walk of n steps restarts in unless another is given. */
export const usualRestart = (n: number): RestartInterval => ({
  low: 0.1,
  high: 2,
  steps: Math.max(2, Math.floor(n / 4)),
  times: n < 36 ? 1 : 2,
});
