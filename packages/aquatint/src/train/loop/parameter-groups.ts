import { AquatintError } from "../../errors.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { nearest } from "../../math/nearest.ts";
import type { Training } from "../config/training.ts";
import { createOptimizer } from "../optimizers/registry.ts";
import type { AverageRate, RatedGroup } from "./step-feeds.ts";
import type { Phase, Task } from "./task.ts";

/** Tells whether a name fits a pattern, in which "*" stands for any characters: "unet.*.attn2.*". */
export const fits = (pattern: string, name: string): boolean =>
  new RegExp(`^${pattern.split("*").map(escaped).join(".*")}$`).test(name);
const escaped = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");

/** Tells whether a parameter is never updated, by the task's declaration or the configuration's. */
export const isFrozen =
  (task: Task, training: Training) =>
  (name: string): boolean =>
    [...(task.frozen ?? []), ...training.freeze].some((pattern) => fits(pattern, name));

/** The groups of each phase: what it updates, each parameter in the first group of the configuration that it fits. */
export function groupsOf(task: Task, training: Training): ReadonlyMap<Phase, readonly RatedGroup[]> {
  const frozen = isFrozen(task, training);
  checkPatterns(task, training);
  return new Map(task.phases.map((phase) => [phase, phaseGroups(phase, { task, training, frozen })]));
}

interface Grouping {
  readonly task: Task;
  readonly training: Training;
  readonly frozen: (name: string) => boolean;
}

function phaseGroups(phase: Phase, { task, training, frozen }: Grouping): readonly RatedGroup[] {
  const updates = phase.updates ?? (() => true);
  const mine = [...task.parameters].filter(([name]) => updates(name) && !frozen(name));
  if (mine.length === 0) {
    throw new AquatintError("train/nothing", `nothing is left to train in the phase "${phase.name}"`, {
      hint: 'take patterns out of "training.freeze"',
    });
  }
  const groupOf = (name: string) =>
    training.groups.findIndex(({ match }) => match.some((pattern) => fits(pattern, name)));
  const indices = [...new Set(mine.map(([name]) => groupOf(name)))].sort((a, b) => a - b);
  return indices.map((i) => ratedGroup(phase, training, i, new Map(mine.filter(([name]) => groupOf(name) === i))));
}

/** The group `i` of the configuration, or with -1 what is in none. */
function ratedGroup(phase: Phase, training: Training, i: number, parameters: ReadonlyMap<string, Tensor>): RatedGroup {
  const group = training.groups[i];
  const overrides = phase.training ?? {};
  const average = group?.ema === undefined ? training.ema : group.ema;
  return {
    name: i < 0 ? "all" : `group${i}`,
    parameters,
    optimizer: createOptimizer(overrides.optimizer ?? training.optimizer),
    learningRate: group?.learning_rate ?? overrides.learningRate ?? training.learning_rate,
    weightDecay: group?.weight_decay ?? overrides.weightDecay ?? training.weight_decay,
    average: average !== null && overrides.average !== false,
    averageRate: averageRate(average, training.batch_size),
  };
}

/** Steps. */
const DEFAULT_HORIZON = 1000;
const averageRate = (ema: Training["ema"], batchSize: number): AverageRate => ({
  horizon: ema?.images === undefined ? (ema?.steps ?? DEFAULT_HORIZON) : Math.max(ema.images / batchSize, 1),
  warmup: ema?.warmup ?? true,
});

function checkPatterns({ parameters }: Task, { groups, freeze }: Training): void {
  const names = [...parameters.keys()];
  for (const pattern of [...freeze, ...groups.flatMap(({ match }) => match)]) {
    if (names.some((name) => fits(pattern, name))) continue;
    const close = nearest(pattern, names) ?? names[0];
    throw new AquatintError("config/pattern", `no parameter fits the pattern "${pattern}" of "training"`, {
      hint: `parameters have names like "${close}"; "*" stands for any characters`,
    });
  }
}
