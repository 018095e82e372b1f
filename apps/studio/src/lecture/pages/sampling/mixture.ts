import { type SamplerEntry, samplers } from "aquatint/diffusion";
import { jobHook } from "../../figure/use-job.ts";
import { number } from "../../link/codecs.ts";
import type { jobs } from "./mixture-jobs.ts";

/** Starts the worker of the figures of the plane. */
export const startMixture = () => new Worker(new URL("./mixture.worker.ts", import.meta.url), { type: "module" });

/** The jobs of the figures of the plane. */
export const useMixture = jobHook<typeof jobs>();

const all = Object.entries<SamplerEntry>(samplers);

/** What sets a sampler apart, for menus. */
const noteOf = ({ stochastic, adaptive = false }: SamplerEntry): string | undefined =>
  adaptive ? "chooses its steps" : stochastic ? "adds noise" : undefined;

const choicesOf = (entries: typeof all) =>
  entries.map(([id, entry]) => ({ id, label: entry.title, note: noteOf(entry) }));

/** Every sampler, for menus. */
export const samplerChoices = choicesOf(all);

/** Samplers whose number of steps is a choice. */
export const steppedChoices = choicesOf(all.filter(([, { adaptive = false }]) => !adaptive));

/** Names of all samplers. */
export const samplerNames: readonly string[] = samplerChoices.map(({ id }) => id);

/** The walk of the figures of the plane. */
export const walkCodecs = {
  steps: number({ initial: 12, min: 1, max: 100, step: 1 }),
  seed: number({ initial: 0, min: 0, max: 9999, step: 1 }),
};

/** Parameters of a job without any. */
export const nothing: Readonly<Record<string, never>> = {};
