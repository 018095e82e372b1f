import { z } from "zod";
import { datasetConfig } from "../data/registry.ts";
import { AquatintError } from "../errors.ts";
import { nearest } from "../math/nearest.ts";
import { DEFAULT_TASK, tasks } from "./tasks/registry.ts";
import { trainingConfig } from "./training-config.ts";

const shared = {
  $schema: z.string().optional().describe("Where editors find the schema of this file."),
  output: z.string().min(1).describe("Folder of the run: checkpoints, metrics, samples, and the model at the end."),
  dataset: datasetConfig.describe("A data set by its name, with its own options beside it."),
  training: trainingConfig,
  checkpoint_minutes: z.number().positive().default(5).describe("Minutes between checkpoints."),
  keep_checkpoints: z.int().positive().default(2).describe("Checkpoints that are kept, the newest."),
};

/** The schema of the configuration of each kind of task, by the kind's name. */
export const trainConfigs: Readonly<Record<string, z.ZodObject>> = Object.fromEntries(
  Object.entries(tasks).map(([name, { fields, summary }]) => {
    const literal = z.literal(name).describe("What is trained.");
    const task = name === DEFAULT_TASK ? literal.default(name) : literal;
    return [name, z.strictObject({ ...shared, task, ...fields }).describe(summary)];
  }),
);

const sharedObject = z.object(shared);
/** A configuration with its defaults filled in; what else it holds is its task's. */
export type TrainConfig = z.output<typeof sharedObject> & {
  readonly task: string;
  readonly samples?: { readonly every_minutes: number };
};

const LONGEST_QUOTE = 60;

/** Checks a configuration. @throws AquatintError "config/invalid" that names the place, what was found and expected. */
export function parseTrainConfig(json: unknown, { name }: { readonly name: string }): TrainConfig {
  const result = schemaFor(json, name).safeParse(json, { reportInput: true });
  if (result.success) return result.data as unknown as TrainConfig;
  const issue = result.error.issues[0]!;
  const place = issue.path.length ? `"${issue.path.join(".")}": ` : "";
  const found = JSON.stringify(issue.input) ?? "nothing";
  const shown = found.length > LONGEST_QUOTE ? `${found.slice(0, LONGEST_QUOTE)}…` : found;
  throw new AquatintError("config/invalid", `${name}: ${place}${issue.message}; found ${shown}`, {
    hint: "docs/training.md lists every field with its default",
  });
}

/** The schema of the task that a configuration names. */
function schemaFor(json: unknown, name: string): z.ZodObject {
  const { task = DEFAULT_TASK } = (json ?? {}) as { readonly task?: unknown };
  if (typeof task === "string" && Object.hasOwn(trainConfigs, task)) return trainConfigs[task]!;
  const known = Object.keys(tasks);
  const close = nearest(String(task), known);
  throw new AquatintError(
    "config/invalid",
    `${name}: "task": expected ${known.join(", ")}; found ${JSON.stringify(task)}`,
    {
      hint: close ? `did you mean "${close}"?` : "docs/training.md lists the tasks",
    },
  );
}
