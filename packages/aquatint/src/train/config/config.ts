import { z } from "zod";
import type { DatasetKinds } from "../../data/kind.ts";
import { datasetSchema } from "../../data/registry.ts";
import { AquatintError } from "../../errors.ts";
import { didYouMean } from "../../math/names.ts";
import { itemAt, lookup } from "../../util/items.ts";
import { DEFAULT_TASK, tasks } from "../tasks/registry.ts";
import { configProblem } from "./errors.ts";
import { presets, withPreset } from "./presets.ts";
import { trainingConfig } from "./training.ts";

const shared = (datasets: DatasetKinds) => ({
  $schema: z.string().optional().describe("Where editors find the schema of this file."),
  preset: z
    .enum(Object.keys(presets) as (keyof typeof presets)[])
    .optional()
    .describe(`Fills in what "training" does not say, by purpose: ${Object.keys(presets).join(", ")}.`),
  output: z.string().min(1).describe("Folder of the run: checkpoints, metrics, samples, and the model at the end."),
  dataset: datasetSchema(datasets).describe("A data set by its name, with its own options beside it."),
  training: trainingConfig,
  checkpoint_minutes: z.number().positive().default(5).describe("Minutes between checkpoints."),
  keep_checkpoints: z.int().positive().default(2).describe("Checkpoints that are kept, the newest."),
});

/** The schema of the configuration of each kind of task on one of some kinds of datasets, by the task's name. */
export function trainConfigs(datasets: DatasetKinds): Readonly<Record<string, z.ZodObject>> {
  const common = shared(datasets);
  const schemas = Object.entries(tasks).map(([name, { fields, summary }]) => {
    const literal = z.literal(name).describe("What is trained.");
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

/** What a configuration is checked with. */
export interface ParseOptions {
  /** Its file, for errors. */
  readonly name: string;
  /** The kinds of datasets that it can name: `datasetKindsFor` its dataset. */
  readonly datasets: DatasetKinds;
}

/** Checks a configuration. @throws AquatintError "config/invalid" that names the place, what was found and expected. */
export function parseTrainConfig(json: unknown, { name, datasets }: ParseOptions): TrainConfig {
  const schema = lookup(trainConfigs(datasets), taskOf(json, name));
  const result = schema.safeParse(withPreset(json).json);
  if (result.success) return result.data as unknown as TrainConfig;
  const { message, hint = SEE_DOCS } = configProblem(schema, itemAt(result.error.issues, 0), json);
  throw new AquatintError("config/invalid", `${name}: ${message}`, { hint });
}

const SEE_DOCS = "docs/training.md lists every field with its default";

/** The task that a configuration names. */
function taskOf(json: unknown, name: string): string {
  const { task = DEFAULT_TASK } = (json ?? {}) as { readonly task?: unknown };
  if (typeof task === "string" && Object.hasOwn(tasks, task)) return task;
  const names = Object.keys(tasks);
  const message = `${name}: "task": expected ${names.join(" or ")}; found ${JSON.stringify(task)}`;
  throw new AquatintError("config/invalid", message, { hint: didYouMean(String(task), names) ?? SEE_DOCS });
}
