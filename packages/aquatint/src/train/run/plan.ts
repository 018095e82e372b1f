import { sizeOf } from "../../graph/types.ts";
import { itemAt } from "../../util/items.ts";
import type { Training } from "../config/training.ts";
import { groupsOf, isFrozen } from "../loop/parameter-groups.ts";
import type { Task } from "../loop/task.ts";

/** Number of parameters of a part of a task. */
export interface PlannedPart {
  /** First word of its parameters' names: "unet". */
  readonly name: string;
  readonly parameters: number;
  /** Number of them that are never updated. */
  readonly frozen: number;
}

/** Memory of a run before its first step: sizes in bytes of float32. */
export interface TrainingPlan {
  readonly parts: readonly PlannedPart[];
  readonly weights: number;
  /** Gradients of all phases together, once for the batch and once more where it is computed in parts. */
  readonly gradients: number;
  /** State of the optimizers: the two moments of Adam. */
  readonly optimizer: number;
  readonly averages: number;
}

const FLOAT = 4;
const total = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** Counts a task's parameters and what training keeps beside them. */
export function trainingPlan(task: Task, training: Training): TrainingPlan {
  const frozen = isFrozen(task, training);
  const sizes = Array.from(task.parameters, ([name, { shape }]) => ({ name, size: sizeOf(shape) }));
  const partOf = (name: string) => itemAt(name.split("."), 0);
  const names = [...new Set(sizes.map(({ name }) => partOf(name)))];
  const parts = names.map((name) => {
    const members = sizes.filter((member) => partOf(member.name) === name);
    const still = members.filter((member) => frozen(member.name));
    return { name, parameters: total(members.map(({ size }) => size)), frozen: total(still.map(({ size }) => size)) };
  });
  const groups = [...groupsOf(task, training).values()].flat().map(({ parameters, optimizer, average }) => {
    const size = FLOAT * total(Array.from(parameters.values(), ({ shape }) => sizeOf(shape)));
    return { size, moments: size * optimizer.slots.length, averages: average ? size : 0 };
  });
  const updated = total(groups.map(({ size }) => size));
  return {
    parts,
    weights: FLOAT * total(sizes.map(({ size }) => size)),
    gradients: training.accumulate > 1 ? 2 * updated : updated,
    optimizer: total(groups.map(({ moments }) => moments)),
    averages: total(groups.map(({ averages }) => averages)),
  };
}
