import { z } from "zod";
import type { ModelFiles } from "../../checkpoints/files.ts";
import type { Dataset } from "../../data/dataset.ts";
import { expectImages, expectStills } from "../../data/expect-images.ts";
import type { Runtime } from "../../runtime/types.ts";
import type { Task } from "../loop/task.ts";
import { holdsOut } from "./sources.ts";

/** Context of a task, beside its own part of the configuration. */
export interface TaskContext {
  readonly dataset: Dataset;
  readonly runtime: Runtime;
  /** Samples of an optimizer step: what `next()` draws. */
  readonly batchSize: number;
  /** Samples that the graph takes at once; `batchSize` is a whole multiple of it. */
  readonly microBatchSize: number;
  readonly seed: number;
  /** Tracing of a loss's graph: as it is (when absent), or with insides that are computed again. */
  readonly trace?: (<R>(graph: () => R) => R) | undefined;
  /** The files of the model that a new run begins with: its vocabulary and weights. */
  readonly initFrom?: ModelFiles | undefined;
  /** The task's `assets` at the start of the run; given where a run is resumed, and then binding. */
  readonly assets?: Readonly<Record<string, string>> | undefined;
  /** The files of another model, of which the configuration gives the folder. */
  modelFiles(folder: string): Promise<ModelFiles>;
}

/** The fields of a configuration that a task declares; `samples`, where there are any, come from `samplesSchema`. */
export type TaskFields = z.ZodRawShape & { readonly samples?: SamplesSchema };
/** The captions that a run draws images of. */
export type SamplesSchema = z.ZodOptional<z.ZodObject<typeof samplesFields>>;

const samplesFields = {
  every_minutes: z
    .number()
    .positive()
    .default(10)
    .describe("Minutes between two sample grids. The last step always makes one."),
};

/** The `samples` of a configuration: when grids are drawn, and the task's own fields. */
export const samplesSchema = <Fields extends z.ZodRawShape>(fields: Fields) =>
  z.strictObject({ ...fields, ...samplesFields }).optional();

/** Declaration of a kind of task. */
export interface TaskSpec<Fields extends TaskFields> {
  /** One sentence for the documentation. */
  readonly summary: string;
  /** Its own fields of a run's configuration, beside those of every run. */
  readonly fields: Fields;
  /** Fields of a configuration's `model` that a resumed run may change: what they name is in its checkpoints, or trains nothing. */
  readonly settled?: readonly string[];
  /** True if it can be given latents in place of images. */
  readonly takesLatents?: true;
  /** True if it is trained on clips; others refuse them. */
  readonly takesClips?: true;
  /** Loads what it is made of only here: a wrong configuration is told at once. */
  create(config: z.output<z.ZodObject<Fields>>, context: TaskContext): Promise<Task>;
}

/** A kind of task as the shared code sees it: its configuration is its own affair. */
export interface TaskKind {
  readonly summary: string;
  readonly fields: z.ZodRawShape;
  readonly settled: readonly string[];
  /** Makes the task of a checked configuration. */
  create(config: object, context: TaskContext): Promise<Task>;
}

/** Declares a kind of task. */
export function taskKind<Fields extends TaskFields>(spec: TaskSpec<Fields>): TaskKind {
  const { summary, fields, create, settled = [], takesLatents = false, takesClips = false } = spec;
  const schema = z.object(fields);
  return {
    summary,
    fields,
    settled,
    async create(config, context) {
      if (!takesLatents) expectImages(context.dataset, "this task");
      if (!takesClips) expectStills(context.dataset, "this task");
      return judged(await create(schema.parse(config), context), context.dataset);
    },
  };
}

/** A task as it is, but for its evaluation where training leaves nothing to look at. */
function judged(task: Task, dataset: Dataset): Task {
  if (holdsOut(dataset)) return task;
  const outputs: Task["outputs"] = (weights) => {
    const { evaluate: _, ...rest } = task.outputs(weights);
    return rest;
  };
  return { ...task, outputs };
}
