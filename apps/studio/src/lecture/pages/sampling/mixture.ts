import { type SamplerEntry, samplers } from "aquatint/diffusion";
import { jobHook } from "../../figure/use-job.ts";
import { number } from "../../link/codecs.ts";
import type { jobs } from "./mixture-jobs.ts";

/** Starts the worker of the figures of the plane. */
export const startMixture = () => new Worker(new URL("./mixture.worker.ts", import.meta.url), { type: "module" });

/** The jobs of the figures of the plane. */
export const useMixture = jobHook<typeof jobs>();

/** Samplers that draw more than one point at a time, for menus. */
export const samplerChoices = Object.entries<SamplerEntry>(samplers)
  .filter(([, { adaptive = false }]) => !adaptive)
  .map(([id, { title, stochastic }]) => ({ id, label: title, ...(stochastic && { note: "adds noise" }) }));

/** Names of these samplers. */
export const samplerNames: readonly string[] = samplerChoices.map(({ id }) => id);

/** The walk of the figures of the plane. */
export const walkCodecs = {
  steps: number({ initial: 12, min: 1, max: 100, step: 1 }),
  seed: number({ initial: 0, min: 0, max: 9999, step: 1 }),
};

/** Parameters of a job without any. */
export const nothing: Readonly<Record<string, never>> = {};
