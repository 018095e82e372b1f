import { itemAt } from "../util/items.ts";
import { toCoordinates } from "./process/coordinates.ts";
import type { Level } from "./process/level.ts";
import { checkSolvable, type Target } from "./process/prediction.ts";
import type { SchedulerSettings } from "./scheduler.ts";

/** Input of a divided walk. */
export interface DividedWalkInput {
  readonly settings: Pick<SchedulerSettings, "schedule" | "target" | "networkCoordinates" | "path">;
  /** Steps of the student. */
  readonly steps: number;
  /** Steps of the teacher in each of those. */
  readonly substeps: number;
}

/**
 * The levels of each of a student's steps, noisiest first, in the network's coordinates: both ends and where its teacher
 * stops between. @throws AquatintError "prediction/singular" where an output at one of them tells nothing new.
 */
export function dividedWalk({ settings, steps, substeps }: DividedWalkInput): readonly (readonly Level[])[] {
  const { schedule, target, networkCoordinates, path } = settings;
  const visited = path(steps).levels;
  const trajectory = visited.slice(0, -1).map((from, i) => {
    const to = itemAt(visited, i + 1);
    const between = Array.from({ length: substeps - 1 }, (_, j) =>
      schedule.level(Math.round(from.t + ((j + 1) / substeps) * (to.t - from.t))),
    );
    return [from, ...between, to].map((level) => toCoordinates(networkCoordinates, level));
  });
  for (const step of trajectory) checkSolvable(target, step.slice(0, -1));
  return trajectory;
}

/** DDIM's step (Song et al. 2021) from one level to another as two numbers: it goes from x to p x + q output. */
export function ddimStep(target: Target, from: Level, to: Level): readonly [p: number, q: number] {
  const [a, b] = target(from);
  const det = from.alpha * b - from.sigma * a;
  return [(to.alpha * b - to.sigma * a) / det, (to.sigma * from.alpha - to.alpha * from.sigma) / det];
}
