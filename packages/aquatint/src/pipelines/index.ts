/** From a prompt to an image: what the entries `aquatint` and `aquatint/node` do in one call, part by part. */

export type { AdaptedTrace, AddedLora, NetworkAdapters } from "./adapters/adapters.ts";
export {
  addAdapters,
  type NamedEmbedding,
  type OpenedAdapters,
  type OpenedLora,
  replaceVae,
} from "./adapters/add-adapters.ts";
export {
  addControlNets,
  type ControlNet,
  type ControlShape,
  controlNetOf,
  describedControlNet,
} from "./adapters/controlnet.ts";
export { type FewSteps, type FewStepsInput, fewStepsOf, withFewSteps } from "./adapters/few-steps.ts";
export { type MotionModules, motionModules, withMotionModules, withMotionSchedule } from "./adapters/motion.ts";
export { captionIds } from "./conditioning/caption-ids.ts";
export type { ClipSkipOptions, ClipSkipRule } from "./conditioning/clip-skip.ts";
export { type EncodedConditioningOptions, encodedConditioning } from "./conditioning/conditions.ts";
export type { EncodedCaptions, EncodeOptions, TextEmbeddings, TokenizedCaption } from "./conditioning/encode.ts";
export type { HeightWidth, MicroConditioningOptions } from "./conditioning/micro-conditioning.ts";
export {
  type ConditionedModel,
  type Conditioning,
  type ConditioningOptions,
  type ConditioningRun,
  type ConditioningStage,
  plainCaptions,
  planConditioning,
} from "./conditioning/plan.ts";
export { type OpenNetwork, type OpenNetworkOptions, openNetwork, type VaePrecision } from "./memory/open-network.ts";
export type { MemoryPlan } from "./memory/plan.ts";
export { planRun, type RehearsedRun, type RunLimits } from "./memory/plan-run.ts";
export { type RehearsedClip, type RehearsedImages, rehearsedClip, rehearsedImages } from "./memory/rehearsal.ts";
export { type WebUiSampler, webUiSampler } from "./metadata/a1111.ts";
export {
  generationParameters,
  type ParametersSource,
  parameterTexts,
} from "./metadata/parameters.ts";
export type { GenerationParameters } from "./metadata/recipe.ts";
export {
  type ClipRequest,
  fromMetadata,
  type GenerationRequest,
  type MetadataContext,
} from "./metadata/reproduce.ts";
export { type VideoParametersSource, videoParameters } from "./metadata/video-parameters.ts";
export * from "./model/components.ts";
export { generationDefaults } from "./model/defaults.ts";
export * from "./model/encode-folder.ts";
export * from "./model/model-folder.ts";
export { type PrecisionOptions, withPrecision } from "./model/precision.ts";
export { type Precision, precisionNames } from "./model/precision-names.ts";
export type { TextEncoder, TextReading, TokenVectors } from "./model/text-encoders.ts";
export { type TextToImageModelOptions, textToImageModel } from "./model/text-to-image-model.ts";
export { textToImageModules } from "./model/text-to-image-modules.ts";
export type { ControlInput, PlannedControl } from "./network/controlnet-inputs.ts";
export * from "./network/network.ts";
export type { ProgramCacheInput, ProgramObservation, ProgramObserver } from "./network/program-cache.ts";
export {
  fitLatentRgb,
  type LatentPixels,
  type LatentShape,
  linearPreview,
  modelPreviewer,
  type Previewer,
} from "./preview/preview.ts";
export type { BatchOptions } from "./text-to-image/batch-network.ts";
export { type CfgOptions, type DenoiseOptions, type DenoiseStep, denoise } from "./text-to-image/denoise.ts";
export { type HiresFixOptions, hiresFixDefaults } from "./text-to-image/hires-fix.ts";
export {
  type ControlOptions,
  type ImageInputs,
  type Img2ImgOptions,
  img2imgDefaults,
} from "./text-to-image/img2img.ts";
export * from "./text-to-image/noise.ts";
export * from "./text-to-image/options.ts";
export * from "./text-to-image/plan.ts";
export * from "./text-to-image/text-to-image.ts";
export type { Variation, VariationOptions } from "./text-to-image/variation.ts";
export * from "./text-to-video/index.ts";
export type { RetryEvent } from "./vae/float16-fallback.ts";
export { type TiledNetworkOptions, tiledNetwork } from "./vae/tiling.ts";
