import { AquatintError } from "../../errors.ts";
import { unknownName } from "../../math/names.ts";
import type { Denoiser } from "../process/denoiser.ts";
import type { SamplerEntry } from "../samplers/define-sampler.ts";
import { type CacheRun, cachedDenoiser } from "./cached-denoiser.ts";
import type { StepCacheEntry, StepCacheOptions } from "./define-step-cache.ts";
import * as declarations from "./index.ts";

/** One of the declarations in index.ts. */
export type RegisteredStepCache = (typeof declarations)[keyof typeof declarations];
/** The name of a step cache. */
export type StepCacheName = RegisteredStepCache["name"];

/** Every step cache, by the name that the command line takes. */
export const stepCaches = Object.fromEntries(Object.values(declarations).map((cache) => [cache.name, cache])) as {
  readonly [D in RegisteredStepCache as D["name"]]: D;
};

/** A step cache by its name, and some of its options. */
export interface StepCacheChoice extends StepCacheOptions {
  readonly name: string;
}

/** A run of the sampler that a step cache starts. */
export interface CachedRun extends Pick<CacheRun, "conditions"> {
  /** Images in x. */
  readonly rows: number;
}

/** A step cache that is ready to start a run, any number of times. */
export interface StepCache {
  readonly entry: StepCacheEntry;
  /** Puts estimates in place of some evaluations of one run. @throws AquatintError "step-cache/rows". */
  start(run: CachedRun): (denoise: Denoiser) => Denoiser;
}

/** The step cache that a choice means. @throws AquatintError "step-cache/unknown", or "sampler/option" for its options. */
export function stepCacheOf({ name, ...options }: StepCacheChoice): StepCache {
  const entry = Object.values(stepCaches).find((cache) => cache.name === name);
  if (!entry) throw unknownName("step-cache/unknown", { name, kind: "step cache", names: Object.keys(stepCaches) });
  entry.create(options);
  return {
    entry,
    start({ conditions, rows }) {
      checkCachedRows(entry, rows);
      return (denoise) => cachedDenoiser(denoise, { forecast: entry.create(options), conditions });
    },
  };
}

/** Refuses what a step cache does not work with. @throws AquatintError "step-cache/sampler" or "step-cache/rows". */
export function checkStepCache(
  { entry }: StepCache,
  { sampler, rows }: { readonly sampler: SamplerEntry; readonly rows: number },
): void {
  const { adaptive: choosesSteps = false, extraSteps } = sampler;
  if (choosesSteps || extraSteps) {
    const reason = choosesSteps ? "chooses its steps by what the network says" : "goes back to more noise on its way";
    throw new AquatintError(
      "step-cache/sampler",
      `the sampler "${sampler.name}" ${reason}: no step cache works with it`,
      {
        hint: "leave the step cache out, or take another sampler",
      },
    );
  }
  checkCachedRows(entry, rows);
}

function checkCachedRows({ name, adaptive }: StepCacheEntry, rows: number): void {
  if (!adaptive || rows === 1) return;
  throw new AquatintError(
    "step-cache/rows",
    `the step cache "${name}" decides for one image, got ${rows} images in a batch`,
    {
      hint: `make images in batches of 1, or take one that decides for all: ${alike.join(", ")}`,
    },
  );
}

const alike = Object.values(stepCaches).flatMap((cache) => (cache.adaptive ? [] : [cache.name]));
