import type { GuidanceRange } from "../../diffusion/guidance.ts";
import type { StepCacheChoice } from "../../diffusion/step-cache/registry.ts";
import type { Seed } from "../../math/random.ts";
import type { ConditioningOptions } from "../conditioning/plan.ts";
import type { HiresFixOptions } from "./hires-fix.ts";
import type { Img2ImgOptions } from "./img2img.ts";
import type { NoiseOptions } from "./noise.ts";
import type { VariationOptions } from "./variation.ts";

/** Options of `planTextToImage`. */
export interface TextToImageOptions
  extends NoiseOptions,
    ConditioningOptions,
    Img2ImgOptions,
    HiresFixOptions,
    VariationOptions {
  /** Steps of the sampler, 1 .. the schedule's T; the model's own choice when absent, as for `guidance`. */
  readonly steps?: number | undefined;
  /** Scale of classifier-free guidance; up to 1 there is none. */
  readonly guidance?: number | undefined;
  /** Share of guidance, 0 .. 1, that is brought back to the conditional output's deviation; 0 if absent. */
  readonly guidanceRescale?: number | undefined;
  /** Noise levels sigma / alpha, from above the first up to the second, at which guidance acts; all if absent. */
  readonly guidanceRange?: GuidanceRange | undefined;
  /** Estimates some evaluations from others: a name of `stepCaches`, with options; none if absent. */
  readonly stepCache?: StepCacheChoice | undefined;
  /** A name or alias of the sampler registry; the checkpoint's own when absent. */
  readonly sampler?: string | undefined;
  /** The same seed gives the same image; 0 if absent. */
  readonly seed?: Seed | undefined;
  /** In pixels; what the model was trained at when absent. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

/** The seed if none is given. */
export const DEFAULT_SEED = 0;

/** Images that one call makes at most. */
export const MAX_COUNT = 10_000;
/** Images that are made in the same calls of the network at most. */
export const MAX_BATCH = 64;
