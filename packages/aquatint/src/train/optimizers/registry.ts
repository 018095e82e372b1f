import { z } from "zod";
import { adamKind, adamwKind } from "./adamw.ts";
import type { Optimizer } from "./optimizer.ts";
import { sgdKind } from "./sgd.ts";

/** Every optimizer, by the name that a configuration calls it. */
export const optimizers = { adamw: adamwKind, adam: adamKind, sgd: sgdKind } as const;

/** The configuration of any optimizer, told apart by its `name`. */
export const optimizerConfig = z.discriminatedUnion("name", [adamwKind.config, adamKind.config, sgdKind.config]);

/** The optimizer of a configuration. @throws ZodError where it is none. */
export function createOptimizer(config: unknown): Optimizer {
  const checked = optimizerConfig.parse(config);
  return (optimizers[checked.name].create as (options: object) => Optimizer)(checked);
}
