import type { SamplerEntry } from "../registry.ts";
import { flowSamplers } from "./flow-table.ts";
import { stochasticSamplers } from "./stochastic-table.ts";

/** Every sampler, by the name that the command line takes. */
export const samplers = { ...stochasticSamplers, ...flowSamplers } as const satisfies Readonly<
  Record<string, SamplerEntry>
>;
