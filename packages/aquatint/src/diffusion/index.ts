/** Diffusion as mathematics: schedules, spacings, samplers and the evidence lower bound, without networks. */
export { type BrownianOptions, brownianNoise } from "./brownian.ts";
export { loadSchedulerSettings } from "./diffusers/load-scheduler.ts";
export { publishedScheduler, schedulerFromConfig, schedulerSettings } from "./diffusers/scheduler-config.ts";
export type { FiniteChecks, NetworkInput } from "./finite.ts";
export * from "./gaussian-mixture.ts";
export {
  clipX0,
  dynamicThreshold,
  type GuidanceOptions,
  type GuidanceRange,
  guidedOutput,
  recomputeEps,
  type ThresholdOptions,
  type X0Transform,
} from "./guidance.ts";
export { betasOf, type Precision, scheduleFromBetas, withMaxBeta } from "./process/beta-schedules.ts";
export * from "./process/coordinates.ts";
export {
  channelHalves,
  type Denoiser,
  denoiser,
  type EvaluationPoint,
  type FullNetwork,
  type FullOutput,
  type Network,
  type NetworkOutput,
  type OutputContext,
  type StepIndex,
  singleStep,
  type TimedNetwork,
  toEstimate,
} from "./process/denoiser.ts";
export type { EdmOptions, FlowOptions } from "./process/flow-schedules.ts";
export * from "./process/forward.ts";
export { type Latent, lin } from "./process/latent.ts";
export { cleanLevel, type Level, levelOfAlphaBar, logSnr, type Schedule, snr } from "./process/level.ts";
export * from "./process/posterior.ts";
export {
  type Estimate,
  edmTarget,
  estimate,
  type PredictionType,
  type Target,
  targets,
  trainingTarget,
} from "./process/prediction.ts";
export { type ScheduleName, scheduleNamed, scheduleNames, schedules } from "./process/schedule-names.ts";
export { type BetaOptions, type CosineOptions, scheduleFromAlphaBar, zeroTerminalSnr } from "./process/schedules.ts";
export * from "./process/weighting.ts";
export {
  automaticSchedule,
  type NamedSampler,
  type RegisteredSampler,
  type SamplerName,
  type ScheduleWord,
  samplerNamed,
  samplers,
  scheduleWord,
  scheduleWords,
} from "./registry.ts";
export * from "./samplers/define-sampler.ts";
export {
  batchNoise,
  evaluate,
  evaluateOnce,
  firstOrderStep,
  type Interval,
  intervals,
  isEndpoint,
  isStill,
  type LevelFinder,
  type NoiseSource,
  type Sampler,
  type SamplerInput,
  type SamplerStep,
  type Step,
} from "./samplers/loop.ts";
export type { OptionChoice, OptionSchema, OptionValues, SamplerOption, SamplerOptions } from "./samplers/options.ts";
export * as samplerOptions from "./samplers/options.ts";
export {
  levelFinder,
  networkDenoiser,
  type Path,
  type Projection,
  type Scheduler,
  type SchedulerRun,
  type SchedulerSettings,
  scheduler,
} from "./scheduler.ts";
export type { AysTable, Ramp } from "./spacing/ramps.ts";
export * as ramps from "./spacing/ramps.ts";
export {
  atRatios,
  atTimes,
  dropLast,
  type LevelsInput,
  levels,
  type RampedOptions,
  ramped,
  type Spacing,
  type SpacingOptions,
  timeOfRatio,
} from "./spacing/spacing.ts";
export { type SpacingName, spacings } from "./spacing/spacings.ts";
export { type CacheRun, cachedDenoiser } from "./step-cache/cached-denoiser.ts";
export type {
  CachedEvaluation,
  CachePoint,
  Forecast,
  StepCacheDeclaration,
  StepCacheEntry,
  StepCacheOptions,
} from "./step-cache/define-step-cache.ts";
export { defineStepCache } from "./step-cache/define-step-cache.ts";
export {
  type CachedRun,
  type RegisteredStepCache,
  type StepCache,
  type StepCacheChoice,
  type StepCacheName,
  stepCacheOf,
  stepCaches,
} from "./step-cache/registry.ts";
export { withSampler } from "./with-sampler.ts";
