import { type Scheduler, type SchedulerSettings, scheduler } from "../scheduler.ts";
import { schedulerClasses, schedulerKeys } from "./classes.ts";
import type { SchedulerClass } from "./fields.ts";
import { classSettings, namedClass } from "./read-config.ts";

/**
 * Reads a scheduler's configuration, parsed from JSON, with diffusers' names and defaults; keys that begin with `_` or
 * belong to another class pass, and a key that is unknown or changes numbers in a way not implemented throws.
 */
export function schedulerSettings(json: unknown): SchedulerSettings {
  const { entry, config } = namedClass<SchedulerClass>(json, schedulerClasses);
  return classSettings(entry, config, schedulerKeys);
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
