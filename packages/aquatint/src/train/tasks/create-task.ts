import { lookup } from "../../util/items.ts";
import type { TrainConfig } from "../config/config.ts";
import { activationCheckpointing } from "../loop/activation-checkpointing.ts";
import type { Task } from "../loop/task.ts";
import type { TaskContext } from "./kind.ts";
import { taskKindsFor } from "./task-kinds.ts";

/** Context of a task beside its configuration. */
export type TaskInput = Pick<TaskContext, "dataset" | "runtime" | "initFrom" | "assets" | "modelFiles">;

/** The task of a checked configuration, with the weights that it begins with. */
export async function createTask(config: TrainConfig, input: TaskInput): Promise<Task> {
  const { batch_size: batchSize, accumulate, seed, activation_checkpointing } = config.training;
  const kinds = await taskKindsFor(config.task);
  return lookup(kinds, config.task).create(config, {
    ...input,
    batchSize,
    microBatchSize: batchSize / accumulate,
    seed,
    trace: activation_checkpointing ? activationCheckpointing : undefined,
  });
}
