import { models } from "../src/models/registry.ts";
import type { Child } from "../src/nn/module.ts";

/** A class whose networks this package makes itself. */
export type ModelName = {
  [Name in keyof typeof models]: (typeof models)[Name] extends { create: unknown } ? Name : never;
}[keyof typeof models];

/** A registered model made from a config.json's content. */
export function makeModel<Name extends ModelName>(name: Name, json: unknown): Child {
  const { parseConfig, create } = models[name] as {
    parseConfig(json: unknown): unknown;
    create(config: never): Child;
  };
  return create(parseConfig(json) as never);
}
