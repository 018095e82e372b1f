import { z } from "zod";
import { adamKind, adamwKind } from "./adamw.ts";
import type { Optimiser } from "./optimiser.ts";
import { sgdKind } from "./sgd.ts";

/** Every optimiser, by the name that a configuration calls it. */
export const optimisers = { adamw: adamwKind, adam: adamKind, sgd: sgdKind } as const;

/** The configuration of any optimiser, told apart by its `name`. */
export const optimiserConfig = z.discriminatedUnion("name", [adamwKind.config, adamKind.config, sgdKind.config]);

/** The optimiser of a configuration. @throws ZodError where it is none. */
export function createOptimiser(config: unknown): Optimiser {
  const checked = optimiserConfig.parse(config);
  return (optimisers[checked.name].create as (options: object) => Optimiser)(checked);
}
