import { parameters } from "aquatint/nn";
import { expect, test } from "vitest";
import {
  ConditionalCritic,
  ConditionalGenerator,
  ConditionalVAE,
  parseCriticConfig,
  parseGeneratorConfig,
  parseVaeConfig,
} from "./index.ts";

test.each([
  ["ConditionalCritic", ConditionalCritic(parseCriticConfig({})), 27],
  ["ConditionalGenerator", ConditionalGenerator(parseGeneratorConfig({})), 60],
  ["ConditionalVAE", ConditionalVAE(parseVaeConfig({})), 118],
] as const)("%s is made from its defaults, with its parameters", (_, network, count) => {
  expect(parameters(network).size).toBe(count);
});
