import { z } from "zod";
import type { DatasetKinds } from "../../data/kind.ts";
import { datasetKindsFor, datasetSchema } from "../../data/registry.ts";
import { AquatintError } from "../../errors.ts";
import { didYouMean } from "../../math/names.ts";
import { itemAt, lookup } from "../../util/items.ts";
import { DEFAULT_TASK, type TaskKinds } from "../tasks/registry.ts";
import { taskKindsFor, taskNames } from "../tasks/task-kinds.ts";
import { configProblem } from "./errors.ts";
import { presets, withPreset } from "./presets.ts";
import { trainingConfig } from "./training.ts";

const shared = (datasets: DatasetKinds) => ({
  $schema: z.string().optional().describe("Path or URL of this file's JSON Schema, for editors."),
  preset: z
    .enum(Object.keys(presets) as (keyof typeof presets)[])
    .optional()
    .describe(`Preset of defaults for the fields that "training" leaves out: ${Object.keys(presets).join(", ")}.`),
  output: z.string().min(1).describe("Folder for the run's checkpoints, metrics, samples and final model."),
  dataset: datasetSchema(datasets).describe("Data set: its `name`, and the options of that data set."),
  training: trainingConfig,
  checkpoint_minutes: z.number().positive().default(5).describe("Minutes between checkpoints."),
  keep_checkpoints: z.int().positive().default(2).describe("Number of newest checkpoints to keep."),
});

/** The kinds of datasets and tasks that a configuration can name. */
export interface ConfigKinds {
  readonly datasets: DatasetKinds;
  readonly tasks: TaskKinds;
}

/** The kinds that a configuration can mean. @throws AquatintError "package/missing" where a package of them is not installed. */
export async function configKindsFor(json: unknown): Promise<ConfigKinds> {
  const { dataset, task } = (json ?? {}) as { readonly dataset?: unknown; readonly task?: unknown };
  return { datasets: await datasetKindsFor(dataset), tasks: await taskKindsFor(task) };
}

/** The schema of the configuration of each kind of task on one of some kinds of datasets, by the task's name. */
export function trainConfigs({ datasets, tasks }: ConfigKinds): Readonly<Record<string, z.ZodObject>> {
  const common = shared(datasets);
  const schemas = Object.entries(tasks).map(([name, { fields, summary }]) => {
    const literal = z.literal(name).describe("The task: what the run trains.");
    const task = name === DEFAULT_TASK ? literal.default(name) : literal;
    return [name, z.strictObject({ ...common, task, ...fields }).describe(summary)] as const;
  });
  return Object.fromEntries(schemas);
}

/** A configuration with its defaults filled in; what else it holds is its task's. */
export type TrainConfig = z.output<z.ZodObject<ReturnType<typeof shared>>> & {
  readonly task: string;
  readonly samples?: { readonly every_minutes: number };
};

/** Options of checking a configuration. */
export interface ParseOptions {
  /** Its file, for errors. */
  readonly name: string;
  /** `configKindsFor` it. */
  readonly kinds: ConfigKinds;
}

/** Checks a configuration. @throws AquatintError "config/invalid" that names the place, what was found and expected. */
export function parseTrainConfig(json: unknown, { name, kinds }: ParseOptions): TrainConfig {
  const schema = lookup(trainConfigs(kinds), taskOf(json, { name, tasks: kinds.tasks }));
  const result: z.ZodSafeParseResult<unknown> = schema.safeParse(withPreset(json).json);
  if (result.success) return result.data as TrainConfig;
  const { message, hint = SEE_DOCS } = configProblem(schema, itemAt(result.error.issues, 0), json);
  throw new AquatintError("config/invalid", `${name}: ${message}`, { hint });
}

const SEE_DOCS = "docs/training.md lists every field with its default";

/** The task that a configuration names. */
function taskOf(json: unknown, { name, tasks }: { readonly name: string; readonly tasks: TaskKinds }): string {
  const { task = DEFAULT_TASK } = (json ?? {}) as { readonly task?: unknown };
  if (typeof task === "string" && Object.hasOwn(tasks, task)) return task;
  const message = `${name}: "task": expected ${taskNames.join(" or ")}; found ${JSON.stringify(task)}`;
  throw new AquatintError("config/invalid", message, { hint: didYouMean(String(task), taskNames) ?? SEE_DOCS });
}
