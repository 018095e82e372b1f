import { noiseRatio, varianceExploding } from "../process/coordinates.ts";
import { addNoise } from "../process/forward.ts";
import type { Level } from "../process/level.ts";
import { karras } from "../spacing/ramps.ts";
import { defineSampler } from "./define-sampler.ts";
import { type Interval, intervals, type SamplerInput } from "./loop.ts";
import { heunStep } from "./methods/heun-step.ts";
import { integer, optional, positive } from "./options.ts";

/** The noise ratios sigma / alpha that are walked again, in so many steps and so many times. */
interface RestartOptions {
  readonly low: number;
  readonly high: number;
  readonly steps: number;
  readonly times: number;
}

/** Steps and times for a walk of n steps: a quarter of its steps, twice in walks of 36 steps and more. */
const standardRestart = (n: number) => ({ steps: Math.max(2, Math.floor(n / 4)), times: n < 36 ? 1 : 2 });

/** Heun's method that goes back up to much noise and comes down again; the steps are extra. */
export const restart = defineSampler({
  name: "restart",
  title: "Restart",
  order: 2,
  stochastic: true,
  evaluations: 2,
  extraSteps: (n) => standardRestart(n).steps * standardRestart(n).times,
  spacing: "karras",
  automatic: "karras",
  aliases: {},
  reference: "Xu et al. 2023, algorithm 1 with Heun's steps, arXiv:2306.14878",
  options: {
    low: positive("The walk restarts at the one of its levels that comes nearest to this noise ratio.", 0.1),
    high: positive("The noise ratio that it goes back up to.", 2),
    steps: optional(integer({ min: 1 }, "Steps of the way down again.", 2), "a quarter of the walk's"),
    times: optional(integer({ min: 0 }, "Times that it goes back up.", 1), "1, and 2 from 36 steps on"),
  },
  create: ({ low, high, steps, times }) =>
    async function* (input) {
      let { x } = input;
      const standard = standardRestart(input.levels.length - 1 - (input.begin ?? 0));
      const options = { low, high, steps: steps ?? standard.steps, times: times ?? standard.times };
      for (const interval of withRestarts(input, options)) {
        const { raisedFrom, from } = interval;
        if (raisedFrom) x = addNoise(raisedFrom, from, x, input.noise(raisedFrom, from));
        x = yield* heunStep(input, interval, { from, x }, varianceExploding);
      }
      return x;
    },
});

/** A step, before which x is noised from the level `raisedFrom` up to where the step begins. */
interface RestartInterval extends Interval {
  readonly raisedFrom?: Level;
}

/** The walk with its interval inserted; as it was where it begins below the interval or has no level in it. */
function withRestarts(input: SamplerInput, { low, high, steps, times }: RestartOptions): readonly RestartInterval[] {
  const plain: readonly RestartInterval[] = [...intervals(input)];
  const distance = ({ to }: Interval): number => Math.abs(Math.log(noiseRatio(to) / low));
  const inside = plain.filter(({ to }) => to.sigma > 0 && noiseRatio(to) < high);
  const last = inside.reduce<RestartInterval | undefined>(
    (best, candidate) => (best && distance(best) <= distance(candidate) ? best : candidate),
    undefined,
  );
  const [first] = plain;
  if (!first || !last || noiseRatio(first.from) < high) return plain;
  const { to: bottom } = last;
  const end = plain.indexOf(last) + 1;
  const inner = Array.from(karras()(high, noiseRatio(bottom), steps + 1).subarray(0, steps), input.levelAt.ratio);
  const again = inner.map((from, k) => ({ from, to: inner[k + 1] ?? bottom, ...(k === 0 && { raisedFrom: bottom }) }));
  const all = [...plain.slice(0, end), ...Array.from({ length: times }, () => again).flat(), ...plain.slice(end)];
  const { begin = 0 } = input;
  return all.map((interval, i) => ({ ...interval, i: begin + i, n: begin + all.length }));
}
