import {
  gaussianMixture,
  type Latent,
  type Level,
  levelFinder,
  levels,
  type SamplerEntry,
  type SamplerInput,
  type SamplerStep,
  type Schedule,
  samplers,
  schedules,
  variancePreserving,
} from "aquatint/diffusion";
import { average, squaredDistance, torchCpu } from "aquatint/math";
import { itemAt } from "aquatint/util";
import { probabilityFlow } from "./flow.ts";
import { toyMixture } from "./toy.ts";

/** The samplers of the registry with their names, but those that choose their steps for one image. */
export const entries: readonly (readonly [name: string, entry: SamplerEntry])[] = Object.entries<SamplerEntry>(
  samplers,
).filter(([, { adaptive = false }]) => !adaptive);

const finder = (schedule: Schedule) => levelFinder({ schedule, coordinates: variancePreserving });

async function stepsOf(entry: SamplerEntry, input: SamplerInput): Promise<readonly SamplerStep[]> {
  const steps: SamplerStep[] = [];
  for await (const step of entry.create()(input)) steps.push(step);
  return steps;
}

/** The ways of some points through the plane: one list of [x, y] a point, noise first. */
export type Trajectories = readonly (readonly (readonly [x: number, y: number])[])[];

const SCHEDULE = schedules.linear();
/** Finds levels between those of the cosine walk. */
const COSINE = schedules.cosine({ maxBeta: 0.999 });

/** Options of `trajectories`. */
export interface TrajectoryOptions {
  readonly steps?: number;
  readonly points?: number;
  readonly seed?: number;
  /** A schedule that preserves the variance; linear when absent. */
  readonly schedule?: Schedule;
}

/**
 * The ways that a sampler takes with the exact denoiser of the toy mixture, from the same noise for all samplers. A sampler
 * that chooses its steps walks point by point, so its ways differ in length.
 */
export async function trajectories(
  entry: SamplerEntry,
  { steps = 24, points = 24, seed = 0, schedule = SCHEDULE }: TrajectoryOptions = {},
): Promise<Trajectories> {
  const [x, stream] = [torchCpu(seed).randn(2 * points), torchCpu(seed + 1)];
  const run = async (start: Latent, rows: number): Promise<readonly Latent[]> => {
    const noise = () => stream.randn(2 * rows);
    const path = { levels: levels({ schedule, steps }), levelAt: finder(schedule) };
    const evaluations = await stepsOf(entry, { x: start, rows, ...path, denoise: toyMixture.denoise, noise });
    return [start, ...evaluations.filter(({ final }) => final).map((step) => step.x)];
  };
  const way = (states: readonly Latent[], i: number) =>
    states.map((state) => [itemAt(state, 2 * i), itemAt(state, 2 * i + 1)] as const);
  if (!entry.adaptive) {
    const states = await run(x, points);
    return Array.from({ length: points }, (_, i) => way(states, i));
  }
  const ways: (readonly (readonly [number, number])[])[] = [];
  for (let i = 0; i < points; i++) {
    const start = Float32Array.of(itemAt(x, 2 * i), itemAt(x, 2 * i + 1));
    ways.push(way(await run(start, 1), 0));
  }
  return ways;
}

/** An error for a number of network evaluations. */
export interface ErrorPoint {
  readonly evaluations: number;
  readonly error: number;
}

/** Convergence of a sampler's error. */
export interface Convergence {
  readonly name: string;
  readonly title: string;
  readonly stochastic: boolean;
  /** Order in the registry. */
  readonly declared: number;
  /** The slope over the points that are fitted: those above what float32 resolves. */
  readonly fitted: number;
  readonly points: readonly ErrorPoint[];
}

/** Below this an error is rounding of float32. */
const FLOOR = 2e-6;

function convergence(name: string, entry: SamplerEntry, points: readonly ErrorPoint[]): Convergence {
  const { title, stochastic, order: declared } = entry;
  return { name, title, stochastic, declared, fitted: slope(points), points };
}

/** Minus the slope of ln(error) against ln(evaluations), by least squares over the last four points above the floor. */
function slope(points: readonly ErrorPoint[]): number {
  const fitted = points.filter(({ error }) => error > FLOOR).slice(-4);
  const [u, v] = [fitted.map((p) => Math.log(p.evaluations)), fitted.map((p) => Math.log(p.error))];
  const [mu, mv] = [average(u), average(v)];
  const top = u.reduce((sum, x, i) => sum + (x - mu) * (itemAt(v, i) - mv), 0);
  return -top / u.reduce((sum, x) => sum + (x - mu) ** 2, 0);
}

const POINTS = 12;

const smoothLevel = (i: number, n: number): Level => schedules.cosine().level(900 - (850 * i) / n);

/** Levels evenly in t of the cosine from 0.9 T to 0.05 T: where errors are those of the method, not of its last step. */
const smoothWalk = (n: number): readonly Level[] => Array.from({ length: n + 1 }, (_, i) => smoothLevel(i, n));

/**
 * Deterministic samplers: the root mean square distance from where the exact probability flow of the toy mixture leads.
 */
export async function flowConvergence(
  stepCounts: readonly number[] = [6, 12, 24, 48, 96, 192],
): Promise<Convergence[]> {
  const [first, last] = [smoothLevel(0, 1), smoothLevel(1, 1)];
  const x = Float32Array.from(toyMixture.sample(torchCpu(3), POINTS, first));
  const exact = probabilityFlow(toyMixture, x, { from: first, to: last, steps: 2000 });
  const measured = entries.filter(([, { stochastic, order }]) => !stochastic && order > 0);
  return Promise.all(
    measured.map(async ([name, entry]) => {
      const points = stepCounts.map(async (n): Promise<ErrorPoint> => {
        const input = {
          x,
          rows: POINTS,
          levels: smoothWalk(n),
          denoise: toyMixture.denoise,
          noise: () => x,
          levelAt: finder(COSINE),
        };
        const steps = await stepsOf(entry, input);
        const squares = squaredDistance(itemAt(steps, -1).x, exact);
        return { evaluations: steps.length, error: Math.sqrt(squares / POINTS) };
      });
      return convergence(name, entry, await Promise.all(points));
    }),
  );
}

const DEVIATION = 0.6;
const normal = gaussianMixture([{ mean: [0], covariance: DEVIATION ** 2 }]);

/**
 * Stochastic samplers: the error of the last x's variance on normal data, without sampling error: there every step is
 * linear, so one element follows the start and one more each draw of noise.
 */
export async function varianceConvergence(
  stepCounts: readonly number[] = [6, 12, 24, 48, 96, 192],
): Promise<Convergence[]> {
  const run = async (entry: SamplerEntry, n: number, draws: number) => {
    const path = smoothWalk(n);
    const unit = (k: number, size = 1) => new Float32Array(draws + 1).map((_, i) => (i === k ? size : 0));
    const first = itemAt(path, 0);
    let drawn = 0;
    const x = unit(0, Math.hypot(first.alpha * DEVIATION, first.sigma));
    const noise = () => unit(++drawn);
    const input = { x, rows: 1, levels: path, denoise: normal.denoise, noise, levelAt: finder(COSINE) };
    return { last: itemAt(path, n), steps: await stepsOf(entry, input), drawn: () => drawn };
  };
  const measured = entries.filter(([, { stochastic }]) => stochastic);
  return Promise.all(
    measured.map(async ([name, entry]) => {
      const points = stepCounts.map(async (n): Promise<ErrorPoint> => {
        const draws = (await run(entry, n, 0)).drawn();
        const { steps, last } = await run(entry, n, draws);
        const variance = itemAt(steps, -1).x.reduce((sum, v) => sum + v * v, 0);
        return {
          evaluations: steps.length,
          error: Math.abs(variance - (last.alpha * DEVIATION) ** 2 - last.sigma ** 2),
        };
      });
      return convergence(name, entry, await Promise.all(points));
    }),
  );
}
