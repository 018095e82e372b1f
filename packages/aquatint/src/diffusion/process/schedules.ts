import { AquatintError } from "../../errors.ts";
import { linspace, linspace32 } from "../../math/numbers.ts";
import { discrete, type Precision, scheduleFromBetas, withMaxBeta } from "./beta-schedules.ts";
import { checkedTime, levelOfAlphaBar, type Schedule } from "./level.ts";

/** Options of `linear` and `scaledLinear`, with diffusers' meanings. */
export interface BetaOptions extends Precision {
  /** T. */
  readonly steps?: number;
  readonly betaStart?: number;
  readonly betaEnd?: number;
}

/** Options of the cosine schedules. */
export interface CosineOptions extends Precision {
  /** T. */
  readonly steps?: number;
  /** Upper bound of every beta; without it the schedule is the exact function. */
  readonly maxBeta?: number | undefined;
}

/** Betas evenly from 1e-4 to 0.02 over 1000 steps (Ho et al. 2020), scaled by 1000 / T for other T unless given. */
export function linear(options: BetaOptions = {}): Schedule {
  const { steps = 1000, betaStart = 0.1 / steps, betaEnd = 20 / steps, float32 } = options;
  return scheduleFromBetas(even({ float32 })(betaStart, betaEnd, checkedSteps(steps)), { name: "linear", float32 });
}

const even = ({ float32 }: Precision) => (float32 ? linspace32 : linspace);

/** Square roots of betas evenly spaced (Rombach et al. 2022, Stable Diffusion). */
export function scaledLinear(options: BetaOptions = {}): Schedule {
  const { steps = 1000, betaStart = 0.00085, betaEnd = 0.012, float32 } = options;
  const roots = even({ float32 })(Math.sqrt(betaStart), Math.sqrt(betaEnd), checkedSteps(steps));
  const betas = roots.map((root) => root ** 2);
  return scheduleFromBetas(betas, { name: "scaled_linear", float32 });
}

/**
 * The lecture's cosine, alphaBar(t) = cos(pi t / 2T)^2, exactly 0 at T; `maxBeta` (0.999 is usual) clips it into a
 * discrete schedule under which epsilon can be predicted.
 */
export function cosine({ steps = 1000, maxBeta }: CosineOptions = {}): Schedule {
  // The sine of the complement is exact at both ends.
  const exact = scheduleFromAlphaBar((u) => Math.sin((Math.PI / 2) * (1 - u)) ** 2, { steps, name: "cosine" });
  return maxBeta === undefined ? exact : withMaxBeta(exact, maxBeta);
}

/** The offset cosine with clipped betas (Nichol and Dhariwal 2021, equation 17). */
export function squaredcosCapV2({ steps = 1000, maxBeta = 0.999, float32 }: CosineOptions = {}): Schedule {
  const f = (u: number) => Math.cos(((u + 0.008) / 1.008) * (Math.PI / 2)) ** 2;
  const betas = new Float64Array(checkedSteps(steps));
  const capped = betas.map((_, i) => Math.min(1 - f((i + 1) / steps) / f(i / steps), maxBeta));
  return scheduleFromBetas(capped, { name: "squaredcos_cap_v2", float32 });
}

/** Betas along a sigmoid from -6 to 6 (GeoDiff, Xu et al. 2022), scaled by 1000 / T for other T unless given. */
export function sigmoid(options: BetaOptions = {}): Schedule {
  const { steps = 1000, betaStart = 0.1 / steps, betaEnd = 20 / steps, float32 } = options;
  const rise = even({ float32 })(-6, 6, checkedSteps(steps)).map((u) => 1 / (1 + Math.exp(-u)));
  return scheduleFromBetas(
    rise.map((share) => share * (betaEnd - betaStart) + betaStart),
    { name: "sigmoid", float32 },
  );
}

/**
 * The same schedule with sqrt(alphaBar) shifted and scaled so that alphaBar(T) is 0 and alphaBar(1) stays (Lin et al.
 * 2024, algorithm 1); `least` is alphaBar(T) for methods that divide by it, as in diffusers, where it may lie above
 * alphaBar(T - 1).
 */
export function zeroTerminalSnr({ name, steps, alphaBar }: Schedule, { least = 0 } = {}): Schedule {
  const [first, last] = [Math.sqrt(alphaBar(1)), Math.sqrt(alphaBar(steps))];
  const at = (t: number): number => {
    if (t === 0) return 1;
    return t === steps ? least : (((Math.sqrt(alphaBar(t)) - last) * first) / (first - last)) ** 2;
  };
  return discrete(
    name,
    Float64Array.from({ length: steps + 1 }, (_, t) => at(t)),
  );
}

/** The schedules of a diffusion that a configuration can name, by diffusers' names and "cosine". */
export const betaSchedules = {
  linear,
  scaled_linear: scaledLinear,
  squaredcos_cap_v2: squaredcosCapV2,
  sigmoid,
  cosine,
} satisfies Readonly<Record<string, (options: BetaOptions & CosineOptions) => Schedule>>;

/** Any decreasing function of u = t / T in 0 .. 1 with f(0) = 1 and f(1) >= 0, as a continuous schedule. */
export function scheduleFromAlphaBar(f: (u: number) => number, { steps = 1000, name = "custom" } = {}): Schedule {
  checkDecreasing(f, checkedSteps(steps), name);
  const alphaBar = (t: number): number => f(checkedTime(t, { name, steps }) / steps);
  return { name, steps, alphaBar, level: (t) => levelOfAlphaBar(t, alphaBar(t)), timestep: (t) => t - 1 };
}

function checkDecreasing(f: (u: number) => number, steps: number, name: string): void {
  let last = f(0);
  if (last !== 1) throw new AquatintError("schedule/alpha-bar", `alphaBar of "${name}" starts at 1, got ${last}`);
  for (let t = 1; t <= steps; t++) {
    const value = f(t / steps);
    if (!(value >= 0 && value < last)) {
      throw new AquatintError(
        "schedule/alpha-bar",
        `alphaBar of "${name}" decreases from 1 and is never negative, got ${value} after ${last} at t = ${t}`,
      );
    }
    last = value;
  }
}

/** Returns a schedule's number of steps where it is one, and throws elsewhere. */
export function checkedSteps(steps: number): number {
  if (Number.isInteger(steps) && steps >= 1) return steps;
  throw new AquatintError("schedule/steps", `a schedule has a positive whole number of steps, got ${steps}`);
}
