import type { StepIndex } from "../process/denoiser.ts";
import type { Latent } from "../process/latent.ts";
import {
  type OptionChoice,
  type OptionSchema,
  type OptionValues,
  optionValues,
  type SamplerOptions,
} from "../samplers/options.ts";

/** A point of a walk at which the data is estimated. */
export interface CachePoint extends StepIndex {
  /** x divided by sqrt(alpha² + sigma²). */
  readonly x: Latent;
  /** Noise as an angle, atan(sigma / alpha) over pi / 2: 1 for pure noise, 0 for clean data. */
  readonly angle: number;
}

/** An evaluation of the network. */
export interface CachedEvaluation extends CachePoint {
  /** The data as it was estimated. */
  readonly x0: Latent;
}

/**
 * Weights of earlier evaluations, the last one first, whose sum stands for the estimate at a point; undefined where the
 * network must be evaluated. It is called once for each point, in order.
 */
export type Forecast = (point: CachePoint, evaluations: readonly CachedEvaluation[]) => readonly number[] | undefined;

/** A step cache as its file declares it. */
export interface StepCacheDeclaration<N extends string, O extends OptionSchema> {
  /** The name that the command line takes. */
  readonly name: N;
  readonly title: string;
  /** True if it decides by what one image looks like, so that a batch cannot share it. */
  readonly adaptive: boolean;
  /** The paper or program that defines it. */
  readonly reference: string;
  readonly options: O;
  /** Starts one walk; every option has its value. */
  create(options: OptionValues<O>): Forecast;
}

/** A step cache of the registry. */
export interface StepCacheEntry<N extends string = string, O extends OptionSchema = OptionSchema>
  extends Omit<StepCacheDeclaration<N, O>, "create"> {
  /** Starts one walk. @throws AquatintError "sampler/option" for an option that it does not take. */
  create(options?: OptionChoice<O>): Forecast;
}

/** Options of some step cache, whose schema is not known where they are passed on. */
export type StepCacheOptions = SamplerOptions;

/** Declares a step cache. */
export const defineStepCache = <const N extends string, const O extends OptionSchema>(
  declaration: StepCacheDeclaration<N, O>,
): StepCacheEntry<N, O> => ({
  ...declaration,
  create: (options = {}) => declaration.create(optionValues({ kind: "step cache", ...declaration }, options)),
});
