import { AquatintError } from "../../errors.ts";
import { linspace, roundHalfEven } from "../../math/numbers.ts";
import { itemAt } from "../../util/items.ts";
import { levelOfRatio, noiseRatio } from "../process/coordinates.ts";
import { cleanLevel, type Level, type Schedule } from "../process/level.ts";
import type { Ramp } from "./ramps.ts";

/** Chooses the levels at which `steps` steps begin, noisiest first, without the one where the last step ends. */
export interface Spacing {
  (schedule: Schedule, steps: number): readonly Level[];
  /** End of the last step, if not at clean data. */
  readonly end?: ((schedule: Schedule) => Level) | undefined;
}

/** The levels at n times. */
export const visit = (schedule: Schedule, n: number, time: (i: number) => number): readonly Level[] =>
  Array.from({ length: n }, (_, i) => schedule.level(time(i)));

/** Options that some spacings read. */
export interface SpacingOptions {
  /** Added to every time of `leading`, diffusers' `steps_offset`. */
  readonly offset?: number;
}

/** Evenly back from T, which is always visited (Lin et al. 2024); times are rounded as diffusers rounds them. */
export const trailing = (): Spacing => (schedule, n) => {
  const T = schedule.steps;
  const stride = T - (T - T / n); // numpy's arange derives its stride from its first two elements
  return visit(schedule, n, (i) => roundHalfEven(T - i * stride));
};

/** Every floor(T / n)-th time from 1 + offset up, from as much of the offset as there is room for; T is rarely visited. */
export const leading =
  ({ offset = 0 }: SpacingOptions = {}): Spacing =>
  (schedule, n) => {
    const stride = Math.floor(schedule.steps / n);
    const first = 1 + Math.min(offset, schedule.steps - 1 - (n - 1) * stride);
    return visit(schedule, n, (i) => first + (n - 1 - i) * stride);
  };

/** Evenly from T down to 1, both visited; a single step visits only 1, as in diffusers. */
export const linspaced = (): Spacing => (schedule, n) => {
  const indices = linspace(0, schedule.steps - 1, n);
  return visit(schedule, n, (i) => 1 + roundHalfEven(itemAt(indices, -1 - i)));
};

/** As `linspaced`, with fractional times; between whole times sigma / alpha is linear (k-diffusion's old default). */
export const fractional = (): Spacing => (schedule, n) => {
  const indices = linspace(0, schedule.steps - 1, n);
  return Array.from({ length: n }, (_, i) => ratioLinear(schedule, 1 + itemAt(indices, -1 - i)));
};

/** The levels of one more step, without the cleanest: what diffusers' multistep solvers visit. */
export const dropLast = (spacing: Spacing): Spacing =>
  Object.assign((schedule: Schedule, n: number) => spacing(schedule, n + 1).slice(0, n), { end: spacing.end });

/** Options of laying a ramp of noise ratios over a schedule. */
export interface RampedOptions {
  /** Source of the ramp's ends: this spacing's first and last level; the schedule's own without it. */
  readonly within?: Spacing | undefined;
  /** Its ends themselves, where they are given. */
  readonly ratioMax?: number | undefined;
  readonly ratioMin?: number | undefined;
  /** Rounding of times, which networks are told as indices. */
  readonly toWhole?: ((index: number) => number) | undefined;
}

/** Levels whose noise ratios follow a ramp; their times are found on the schedule. */
export const ramped =
  (ramp: Ramp, { within, ratioMax, ratioMin, toWhole = (index) => index }: RampedOptions = {}): Spacing =>
  (schedule, n) => {
    const inner = within?.(schedule, n);
    const [first, last] = [inner?.[0] ?? schedule.level(schedule.steps), inner?.at(-1) ?? schedule.level(1)];
    const from = Math.fround(finite(ratioMax ?? noiseRatio(first), schedule));
    const to = Math.fround(ratioMin ?? noiseRatio(last));
    return Array.from(ramp(from, to, n), (ratio) => {
      const t = timeOfRatio(schedule, ratio);
      return levelOfRatio(1 + toWhole(t - 1), ratio);
    });
  };

/** Pure noise has no finite ratio: the ramp then begins at the noisiest level that does. */
const finite = (ratio: number, schedule: Schedule): number =>
  Number.isFinite(ratio) && ratio < 1e6 ? ratio : noiseRatio(schedule.level(schedule.steps - 1));

/** Exactly these times, 0 .. T, noisiest first. */
export const atTimes =
  (times: readonly number[]): Spacing =>
  (schedule, n) =>
    checkedList(times, n, "times").map((t) => schedule.level(t));

/** Exactly these noise ratios sigma / alpha, noisiest first. */
export const atRatios =
  (ratios: readonly number[]): Spacing =>
  (schedule, n) =>
    checkedList(ratios, n, "sigmas").map((ratio) => levelOfRatio(timeOfRatio(schedule, ratio), ratio));

/** Input of `levels`. */
export interface LevelsInput {
  readonly schedule: Schedule;
  readonly steps: number;
  readonly spacing?: Spacing;
  /** End of the last step: without noise, unless a configuration says otherwise. */
  readonly finalLevel?: Level;
}

/** The `steps` + 1 levels that a sampler walks down. */
export const levels = ({
  schedule,
  steps,
  spacing = trailing(),
  finalLevel = cleanLevel,
}: LevelsInput): readonly Level[] => [...spacing(schedule, checkedStepCount(steps, schedule)), finalLevel];

/** Returns a number of steps that a schedule has room for, 1 .. T, and throws elsewhere. */
export function checkedStepCount(steps: number, schedule: Schedule): number {
  if (Number.isInteger(steps) && steps >= 1 && steps <= schedule.steps) return steps;
  throw new AquatintError("sampler/steps", `expected 1 to ${schedule.steps} whole steps, got ${steps}`, {
    hint: `give a whole number of steps from 1 to ${schedule.steps}`,
  });
}

/**
 * The time in 1 .. T at which the schedule's sigma / alpha is `ratio`, or the nearer end; between whole times ln(sigma)
 * is linear, and its table has the precision of diffusers' (float32), which decides where times are cut to whole ones.
 */
export function timeOfRatio(schedule: Schedule, ratio: number): number {
  const table = logRatios(schedule);
  const logRatio = Math.log(ratio);
  let [low, high] = [1, schedule.steps];
  if (logRatio <= itemAt(table, low)) return low;
  if (logRatio >= itemAt(table, high)) return high;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (itemAt(table, middle) <= logRatio) low = middle;
    else high = middle;
  }
  const [from, to] = [itemAt(table, low), itemAt(table, high)];
  return Number.isFinite(to) ? low + (logRatio - from) / (to - from) : low;
}

const tables = new WeakMap<Schedule, Float64Array>();

/** ln(sigma / alpha) at 0 .. T, in float32; made once for a schedule. */
function logRatios(schedule: Schedule): Float64Array {
  const cached = tables.get(schedule);
  if (cached) return cached;
  const ratioAt = (t: number) => Math.fround(noiseRatio(schedule.level(t)));
  const table = Float64Array.from({ length: schedule.steps + 1 }, (_, t) => Math.fround(Math.log(ratioAt(t))));
  tables.set(schedule, table);
  return table;
}

function ratioLinear(schedule: Schedule, t: number): Level {
  const low = Math.floor(t);
  const part = t - low;
  if (part === 0) return schedule.level(t);
  const [from, to] = [noiseRatio(schedule.level(low)), noiseRatio(schedule.level(low + 1))];
  return Number.isFinite(to) && to < 1e6 ? levelOfRatio(t, (1 - part) * from + part * to) : schedule.level(t);
}

function checkedList(list: readonly number[], n: number, what: string): readonly number[] {
  const falls = list.every((value, i) => Number.isFinite(value) && (i === 0 || value < itemAt(list, i - 1)));
  if (list.length === n && falls) return list;
  throw new AquatintError("sampler/steps", `expected ${n} falling ${what}, got ${JSON.stringify(list)}`);
}
