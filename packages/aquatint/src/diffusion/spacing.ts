import { AquatintError } from "../errors.ts";
import { linspace, roundHalfEven } from "../math/numbers.ts";
import { clean, type Level, type Schedule } from "./level.ts";

/** Chooses the levels at which `steps` steps begin, noisiest first, without the one where the last step ends. */
export type Spacing = (schedule: Schedule, steps: number) => readonly Level[];

/** What some spacings read. */
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

/** Every floor(T / n)-th time from 1 + offset up; T is not visited. */
export const leading =
  ({ offset = 0 }: SpacingOptions = {}): Spacing =>
  (schedule, n) => {
    const stride = Math.floor(schedule.steps / n);
    return visit(schedule, n, (i) => 1 + offset + (n - 1 - i) * stride);
  };

/** Evenly from T down to 1, both visited; a single step visits only 1, as in diffusers. */
export const linspaced = (): Spacing => (schedule, n) => {
  const indices = linspace(0, schedule.steps - 1, n);
  return visit(schedule, n, (i) => 1 + roundHalfEven(indices[n - 1 - i]!));
};

/** Every spacing that a configuration or a sampler can name. */
export const spacings = {
  trailing,
  leading,
  linspace: linspaced,
} satisfies Readonly<Record<string, (options: SpacingOptions) => Spacing>>;

/** The name of a spacing in the registry. */
export type SpacingName = keyof typeof spacings;

/** What `levels` chooses from. */
export interface LevelsInput {
  readonly schedule: Schedule;
  readonly steps: number;
  readonly spacing?: Spacing;
  /** Where the last step ends: without noise, unless a configuration says otherwise. */
  readonly final?: Level;
}

/** The `steps` + 1 levels that a sampler walks down. */
export function levels({ schedule, steps, spacing = trailing(), final = clean }: LevelsInput): readonly Level[] {
  if (!Number.isInteger(steps) || steps < 1 || steps > schedule.steps) {
    throw new AquatintError("sampler/steps", `expected 1 to ${schedule.steps} whole steps, got ${steps}`, {
      hint: `give a whole number of steps from 1 to ${schedule.steps}`,
    });
  }
  return [...spacing(schedule, steps), final];
}

const visit = (schedule: Schedule, n: number, time: (i: number) => number): readonly Level[] =>
  Array.from({ length: n }, (_, i) => schedule.level(time(i)));
