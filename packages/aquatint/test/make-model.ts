import { models } from "../src/models/registry.ts";
import type { Child } from "../src/nn/module.ts";

export type ModelName = keyof typeof models;

/** A registered model made from a config.json's content. */
export function makeModel<Name extends ModelName>(name: Name, json: unknown): Child {
  const { parseConfig, create } = models[name] as {
    parseConfig(json: unknown): unknown;
    create(config: never): Child;
  };
  return create(parseConfig(json) as never);
}
