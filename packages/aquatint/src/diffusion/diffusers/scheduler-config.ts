import { z } from "zod";
import { AquatintError } from "../../errors.ts";
import { didYouMean } from "../../math/names.ts";
import { itemAt } from "../../util/items.ts";
import { type Scheduler, type SchedulerSettings, scheduler } from "../scheduler.ts";
import { schedulerClasses } from "./classes.ts";
import type { SchedulerClass } from "./fields.ts";

/** Every key that some class of diffusers reads: a class passes over those of the others, as diffusers does. */
const knownKeys = new Set(Object.values(schedulerClasses).flatMap(({ schema }) => Object.keys(schema.shape)));

/**
 * Reads a scheduler's configuration, parsed from JSON, with diffusers' names and defaults; keys that begin with `_` or
 * belong to another class pass, and a key that is unknown or changes numbers in a way not implemented throws.
 */
export function schedulerSettings(json: unknown): SchedulerSettings {
  const config = z.record(z.string(), z.unknown()).safeParse(json);
  if (!config.success) throw new AquatintError("config/invalid", "a scheduler's configuration is a JSON object");
  const name = config.data._class_name;
  const schedulerClass =
    typeof name === "string" && Object.hasOwn(schedulerClasses, name) ? schedulerClasses[name] : undefined;
  if (schedulerClass) return read(schedulerClass, Object.entries(config.data));
  throw new AquatintError("config/scheduler-class", `cannot read a scheduler of class ${JSON.stringify(name)}`, {
    hint: `its "_class_name" is one of ${Object.keys(schedulerClasses).join(", ")}`,
  });
}

/** A configuration as diffusers reads it, too: a clipped cosine without offset becomes the list of its betas, the rest stays. */
export function publishedScheduler(json: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { beta_schedule, max_beta, ...rest } = json;
  if (beta_schedule !== "cosine" || typeof max_beta !== "number") return json;
  const { steps, alphaBar } = schedulerSettings(json).schedule;
  const betas = Array.from({ length: steps }, (_, i) => 1 - alphaBar(i + 1) / alphaBar(i));
  return { ...rest, trained_betas: betas.map((beta) => Number(beta.toPrecision(9))) };
}

/** The scheduler that a published `scheduler_config.json` of diffusers describes, parsed from JSON. */
export const schedulerFromConfig = (json: unknown): Scheduler => scheduler(schedulerSettings(json));

function read({ schema, settings }: SchedulerClass, entries: readonly (readonly [string, unknown])[]) {
  const classEntries = entries.filter(
    ([key]) => !key.startsWith("_") && (Object.hasOwn(schema.shape, key) || !knownKeys.has(key)),
  );
  const result = schema.safeParse(Object.fromEntries(classEntries));
  if (result.success) return settings(result.data);
  const issue = itemAt(result.error.issues, 0);
  if (issue.code === "unrecognized_keys") {
    const key = itemAt(issue.keys, 0);
    const otherwise = "remove it if it changes no numbers; otherwise it is not supported";
    throw new AquatintError("config/unknown-option", `the scheduler's configuration has an unknown option "${key}"`, {
      hint: didYouMean(key, Object.keys(schema.shape)) ?? otherwise,
    });
  }
  throw new AquatintError("config/invalid", `the scheduler's "${issue.path.join(".")}": ${issue.message}`);
}
