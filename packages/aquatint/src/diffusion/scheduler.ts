import { type FiniteChecks, finiteChecks } from "./finite.ts";
import type { X0Transform } from "./guidance.ts";
import { type Coordinates, toCoordinates } from "./process/coordinates.ts";
import { type Denoiser, type TimedNetwork, toEstimate } from "./process/denoiser.ts";
import { type Latent, lin, rowSize } from "./process/latent.ts";
import { cleanLevel, type Level, type Schedule } from "./process/level.ts";
import type { Target } from "./process/prediction.ts";
import { noLearnedVariance, type SamplerEntry } from "./samplers/define-sampler.ts";
import { intervals, type LevelFinder, type NoiseSource, type SamplerStep } from "./samplers/loop.ts";
import type { SamplerOptions } from "./samplers/options.ts";
import { type Spacing, timeOfRatio } from "./spacing/spacing.ts";

/** The levels of a walk, and where its steps land if not at the next of them. */
export interface Path {
  readonly levels: readonly Level[];
  readonly destinations?: readonly Level[] | undefined;
}

/** All that a published scheduler configuration says about sampling. */
export interface SchedulerSettings {
  readonly sampler: SamplerEntry;
  /** The name that the caller used, schedule included; its own name when absent. */
  readonly name?: string | undefined;
  readonly samplerOptions: SamplerOptions;
  readonly schedule: Schedule;
  /** The network's target, in its own coordinates. */
  readonly target: Target;
  /** Bounds on the estimated data. */
  readonly x0Transform: X0Transform;
  /** The coordinates of `path` and of every x. */
  readonly coordinates: Coordinates;
  /** The coordinates that x is brought to before the network sees it. */
  readonly networkCoordinates: Coordinates;
  /** Chooses levels for samplers other than the scheduler's own. */
  readonly spacing: Spacing;
  readonly finalLevel: Level;
  path(steps: number): Path;
  /** The level of every evaluation of a walk, in order. */
  evaluationLevels(path: Path, at: LevelFinder): readonly Level[];
  /** The sigmas that diffusers lists. */
  sigmas(path: Path): readonly number[];
  /** Scale of standard normals at the start. */
  initialNoiseScale(path: Path): number;
}

/** Position of x at a level, in the coordinates of the settings: what an image is held to while it is sampled. */
export type Projection = (x: Latent, level: Level) => Latent;

/** Input of `run`. */
export interface SchedulerRun {
  readonly steps: number;
  /** Steps that are left out at the start, 0 .. steps - 1; 0 when absent. */
  readonly begin?: number | undefined;
  /** The start: standard normals times the initial noise scale, or data noised to the level that step `begin` starts at. */
  readonly x: Latent;
  /** Images in x, each of x.length / rows numbers. */
  readonly rows: number;
  /** Applied to x after every evaluation, at the level of the next one, and to the last x without noise. */
  readonly project?: Projection | undefined;
  /** The network; it sees x scaled as it was trained, the number that it knows the level by, and the step of the walk. */
  readonly network: TimedNetwork;
  /** Estimates some points of the walk from evaluations of others, as `cachedDenoiser` does. */
  readonly cache?: ((denoise: Denoiser) => Denoiser) | undefined;
  /** Called with every input and its number, before it is evaluated or estimated. */
  readonly observe?: ((scaledInput: Latent, t: number) => void) | undefined;
  /** Fresh standard normals of x's size, for the way from one level to another. */
  readonly noise: NoiseSource;
  /** Options of the sampler beyond those of the settings. */
  readonly samplerOptions?: SamplerOptions | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A sampler with its schedule, in the coordinates and the numbers of the tool that published it. */
export interface Scheduler {
  readonly settings: SchedulerSettings;
  /** The network's time input at each of its evaluations. */
  timesteps(steps: number): Float64Array;
  sigmas(steps: number): Float64Array;
  /** Scale of standard normals at the start of a walk of so many steps. */
  initialNoiseScale(steps: number): number;
  /** Yields after every evaluation; it returns the last x. */
  run(options: SchedulerRun): AsyncGenerator<SamplerStep, Latent, void>;
}

/** A scheduler at work. */
export function scheduler(settings: SchedulerSettings): Scheduler {
  const { schedule, path } = settings;
  return {
    settings,
    timesteps(steps) {
      const visited = settings.evaluationLevels(path(steps), levelFinder(settings));
      return Float64Array.from(visited, ({ t }) => schedule.timestep(t));
    },
    sigmas: (steps) => Float64Array.from(settings.sigmas(path(steps))),
    initialNoiseScale: (steps) => settings.initialNoiseScale(path(steps)),
    run({ steps, begin, x, rows, project, network, cache, observe, noise, samplerOptions, signal }) {
      rowSize(x, rows);
      const sampler = settings.sampler.create({ ...settings.samplerOptions, ...samplerOptions });
      const trajectory = path(steps);
      const { name = settings.sampler.name, target } = settings;
      const checks = finiteChecks(name);
      const evaluated = networkDenoiser(settings, { network, rows, checks });
      const estimated = cache?.(evaluated) ?? evaluated;
      const denoise = settings.x0Transform(observe ? observed(estimated, settings, observe) : estimated, rows);
      const generator = sampler({
        ...trajectory,
        begin,
        x,
        rows,
        denoise,
        target,
        noise,
        levelAt: levelFinder(settings),
        signal,
      });
      return checkedLoop(generator, { x, checks, trajectory, project });
    },
  };
}

/**
 * Checks before a network is loaded what a walk would refuse: the sampler's options, levels that rise, and a variance that
 * the network does not predict. @throws AquatintError "sampler/option", "sampler/levels" or "sampler/variance".
 */
export function checkWalk(
  { sampler, samplerOptions, path }: Pick<SchedulerSettings, "sampler" | "samplerOptions" | "path">,
  { steps, learnsVariance }: { readonly steps: number; readonly learnsVariance: boolean },
): void {
  sampler.create(samplerOptions);
  if (sampler.learnedVariance?.(samplerOptions) && !learnsVariance) throw noLearnedVariance();
  Array.from(intervals(path(steps)));
}

interface CheckedLoop extends Pick<SchedulerRun, "x" | "project"> {
  readonly checks: FiniteChecks;
  readonly trajectory: Path;
}

/** The loop with its values checked, and x brought to where it belongs before the sampler goes on. */
async function* checkedLoop(
  loop: AsyncGenerator<SamplerStep, Latent, void>,
  { x: start, checks, trajectory: { levels, destinations }, project }: CheckedLoop,
): AsyncGenerator<SamplerStep, Latent, void> {
  checks.start(start);
  for (let result = await loop.next(); ; result = await loop.next()) {
    if (result.done) return result.value;
    const { i, n, next, x, final } = result.value;
    checks.step(result.value);
    const ahead = final && i === n - 1 ? cleanLevel : final && destinations ? levels[i + 1]! : next;
    if (project) x.set(project(x, ahead));
    yield result.value;
  }
}

/** A network that knows levels by a number, as a denoiser of `rows` images in the coordinates of the settings. */
export function networkDenoiser(
  { schedule, target, networkCoordinates }: SchedulerSettings,
  { network, rows, checks }: Pick<SchedulerRun, "network" | "rows"> & { readonly checks?: FiniteChecks },
): Denoiser {
  return async (x, level, step) => {
    const scaled = lin([1 / networkCoordinates.scale(level), x]);
    const t = schedule.timestep(level.t);
    const output = await network(scaled, t, { ...step, level });
    checks?.output(output, { x: scaled, t, ...step });
    return toEstimate(output, { target, level: toCoordinates(networkCoordinates, level), x: scaled, rows });
  };
}

/** The denoiser with every x shown as the network sees it. */
const observed =
  (
    denoise: Denoiser,
    { schedule, networkCoordinates }: SchedulerSettings,
    observe: NonNullable<SchedulerRun["observe"]>,
  ): Denoiser =>
  (x, level, step) => {
    observe(lin([1 / networkCoordinates.scale(level), x]), schedule.timestep(level.t));
    return denoise(x, level, step);
  };

/** Finds levels of the schedule in the coordinates of the settings. */
export const levelFinder = ({
  schedule,
  coordinates,
}: Pick<SchedulerSettings, "schedule" | "coordinates">): LevelFinder => ({
  ratio: (ratio) => toCoordinates(coordinates, { t: timeOfRatio(schedule, ratio), alpha: 1, sigma: ratio }),
  time: (t) => toCoordinates(coordinates, schedule.level(t)),
  steps: schedule.steps,
});
