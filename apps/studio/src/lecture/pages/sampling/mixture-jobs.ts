import {
  type Convergence,
  flowConvergence,
  type Trajectories,
  toyMixture,
  trajectories,
  varianceConvergence,
} from "@aquatint/lab/theory";
import { type SamplerEntry, samplers } from "aquatint/diffusion";
import { messageOf } from "aquatint/util";
import { type DensityGrid, gridPoints } from "../../chart/grid.ts";
import { type ScheduleChoice, scheduleOf } from "../../input/schedule.ts";

/** Input of the ways of one sampler. */
export interface PathsParams extends ScheduleChoice {
  readonly sampler: string;
  readonly steps: number;
  readonly seed: number;
}

/** A sampler's ways from the same noise. */
export interface SamplerPaths {
  readonly name: string;
  readonly title: string;
  readonly paths: Trajectories;
  /** Why there are none: not every sampler takes every schedule. */
  readonly error?: string;
}

const entries = Object.entries<SamplerEntry>(samplers);
const [POINTS, FEW_POINTS, SIDE] = [24, 10, 96];

/** The density of the data, 0 .. 1. */
function dataDensity(): DensityGrid {
  const logDensity = toyMixture.logDensity(gridPoints(SIDE));
  const largest = logDensity.reduce((maximum, value) => Math.max(maximum, value), -Infinity);
  return { side: SIDE, values: logDensity.map((value) => Math.exp(value - largest)) };
}

async function pathsOf({ sampler, steps, seed, ...choice }: PathsParams, points: number): Promise<SamplerPaths> {
  const [name, entry] = entries.find(([id]) => id === sampler) ?? [];
  if (name === undefined || !entry) throw new Error(`there is no sampler "${sampler}" of points`);
  const { title } = entry;
  try {
    return { name, title, paths: await trajectories(entry, { steps, points, seed, schedule: scheduleOf(choice) }) };
  } catch (error) {
    return { name, title, paths: [], error: messageOf(error) };
  }
}

/** What the figures of the plane compute. */
export const jobs = {
  *density(_: Readonly<Record<string, never>>): Generator<DensityGrid> {
    yield dataDensity();
  },
  /** The ways of one sampler. */
  async *paths(params: PathsParams): AsyncGenerator<SamplerPaths> {
    yield await pathsOf(params, POINTS);
  },
  /** The ways of every sampler of the library, one after another. */
  async *gallery(params: Omit<PathsParams, "sampler">): AsyncGenerator<readonly SamplerPaths[]> {
    const all: SamplerPaths[] = [];
    for (const [name] of entries) {
      all.push(await pathsOf({ ...params, sampler: name }, FEW_POINTS));
      if (all.length % 6 === 0) yield [...all];
    }
    yield all;
  },
  /** The errors of every sampler for some numbers of steps, and the order that they show. */
  async *orders({ steps }: { readonly steps: readonly number[] }): AsyncGenerator<readonly Convergence[]> {
    const flows = await flowConvergence(steps);
    yield flows;
    yield [...flows, ...(await varianceConvergence(steps))];
  },
};
