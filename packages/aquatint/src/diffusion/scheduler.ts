import { finiteChecks } from "./finite.ts";
import type { X0Transform } from "./guidance.ts";
import { type Coordinates, noiseRatio, toCoordinates, variancePreserving } from "./process/coordinates.ts";
import { type Denoiser, type TimedNetwork, toEstimate } from "./process/denoiser.ts";
import { type Latent, lin, rowSize } from "./process/latent.ts";
import { cleanLevel, type Level, type Schedule } from "./process/level.ts";
import type { Target } from "./process/prediction.ts";
import { type SamplerName, samplerNamed } from "./registry.ts";
import { isStill, type LevelFinder, type NoiseSource, type SamplerStep } from "./samplers/loop.ts";
import type { SamplerOptions } from "./samplers/options.ts";
import { checkedStepCount, type Spacing, timeOfRatio } from "./spacing/spacing.ts";

/** The levels of a walk, and where its steps land if not at the next of them. */
export interface Path {
  readonly levels: readonly Level[];
  readonly destinations?: readonly Level[] | undefined;
}

/** All that a published scheduler configuration says about sampling. */
export interface SchedulerSettings {
  readonly sampler: SamplerName;
  /** What its caller called it, schedule included; its own name when absent. */
  readonly name?: string | undefined;
  readonly samplerOptions: SamplerOptions;
  readonly schedule: Schedule;
  /** What the network predicts, in its own coordinates. */
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
  /** What diffusers lists as its sigmas. */
  sigmas(path: Path): readonly number[];
  /** What standard normals are multiplied by to begin. */
  initialNoiseScale(path: Path): number;
}

/** Where x belongs at a level, in the coordinates of the settings: what an image is held to while it is sampled. */
export type Projection = (x: Latent, level: Level) => Latent;

/** What `run` works on. */
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
  /** Fresh standard normals of x's size, for the way from one level to another. */
  readonly noise: NoiseSource;
  /** Options of the sampler beyond those of the settings. */
  readonly samplerOptions?: SamplerOptions | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A sampler with its schedule, in the coordinates and the numbers of the tool that published it. */
export interface Scheduler {
  readonly settings: SchedulerSettings;
  /** What the network is told at each of its evaluations. */
  timesteps(steps: number): Float64Array;
  sigmas(steps: number): Float64Array;
  /** What standard normals are multiplied by to begin a walk of so many steps. */
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
    run({ steps, begin, x, rows, project, network, noise, samplerOptions, signal }) {
      rowSize(x, rows);
      const sampler = samplerNamed(settings.sampler).create({ ...settings.samplerOptions, ...samplerOptions });
      const walk = path(steps);
      const { sampler: samplerName, name = samplerName, target } = settings;
      const checks = finiteChecks(name);
      const denoise = settings.x0Transform(networkDenoiser(settings, { network: checks.network(network), rows }), rows);
      const generator = sampler({
        ...walk,
        begin,
        x,
        rows,
        denoise,
        target,
        noise,
        levelAt: levelFinder(settings),
        signal,
      });
      const loop = checks.loop(x, generator);
      return project ? projected(loop, walk, project) : loop;
    },
  };
}

/** The same loop with x brought to where it belongs before the sampler goes on. */
async function* projected(
  loop: AsyncGenerator<SamplerStep, Latent, void>,
  { levels: walk, destinations }: Path,
  project: Projection,
): AsyncGenerator<SamplerStep, Latent, void> {
  for (let result = await loop.next(); ; result = await loop.next()) {
    if (result.done) return result.value;
    const { i, n, next, x, final } = result.value;
    const ahead = final && i === n - 1 ? cleanLevel : final && destinations ? walk[i + 1]! : next;
    x.set(project(x, ahead));
    yield result.value;
  }
}

/** A network that knows levels by a number, as a denoiser of `rows` images in the coordinates of the settings. */
export function networkDenoiser(
  { schedule, target, networkCoordinates }: SchedulerSettings,
  { network, rows }: Pick<SchedulerRun, "network" | "rows">,
): Denoiser {
  return async (x, level, step) => {
    const scaled = lin([1 / networkCoordinates.scale(level), x]);
    const output = await network(scaled, schedule.timestep(level.t), step);
    return toEstimate(output, { target, level: toCoordinates(networkCoordinates, level), x: scaled, rows });
  };
}

/** Finds levels of the schedule in the coordinates of the settings. */
export const levelFinder = ({
  schedule,
  coordinates,
}: Pick<SchedulerSettings, "schedule" | "coordinates">): LevelFinder => ({
  ratio: (ratio) => toCoordinates(coordinates, { t: timeOfRatio(schedule, ratio), alpha: 1, sigma: ratio }),
  time: (t) => toCoordinates(coordinates, schedule.level(t)),
});

/**
 * The same model under another sampler of the registry, in variance-preserving coordinates. A named schedule ends where its
 * program ends it, at clean data for k-diffusion's; the model's own spacing ends there as well, unless the sampler keeps
 * the model's own end.
 */
export function withSampler(settings: SchedulerSettings, samplerText: string): SchedulerSettings {
  const choice = samplerNamed(samplerText);
  const isSame = choice.name === settings.sampler;
  const fixed: readonly (readonly [string, unknown])[] = Object.entries(choice.options);
  const { samplerOptions } = settings;
  if (isSame && !choice.spacing && fixed.every(([key, value]) => samplerOptions[key] === value)) return settings;
  const { spacing = settings.spacing } = choice;
  const { schedule } = settings;
  const modelEnd = !choice.spacing && choice.entry.keepsEnd ? settings.finalLevel : spacing.end?.(schedule);
  const path = (steps: number): Path => {
    const visited = spacing(schedule, checkedStepCount(steps, schedule));
    const [last] = visited.slice(-1);
    const end = modelEnd && !isStill({ from: last!, to: modelEnd }) ? modelEnd : cleanLevel;
    return { levels: [...visited, end].map((level) => toCoordinates(variancePreserving, level)) };
  };
  return {
    ...settings,
    sampler: choice.name,
    name: samplerText,
    samplerOptions: isSame ? { ...settings.samplerOptions, ...choice.options } : choice.options,
    coordinates: variancePreserving,
    path,
    evaluationLevels: (path) => path.levels.slice(0, -1),
    sigmas: (path) => path.levels.map(noiseRatio),
    initialNoiseScale: ({ levels: [first] }) => first!.sigma,
  };
}
