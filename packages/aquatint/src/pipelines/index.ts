export {
  type PipelineClass,
  type PipelineKind,
  pipelineKinds,
} from "../models/pipeline-classes.ts";
export type { GenerationDefaults } from "../util/generation-defaults.ts";
export { captionIds } from "./conditioning/caption-ids.ts";
export { encodedConditioning } from "./conditioning/conditions.ts";
export type { EncodedCaptions, TextEmbeddings, TokenizedCaption } from "./conditioning/encode.ts";
export type { HeightWidth, MicroConditioningOptions as SizeOptions } from "./conditioning/micro-conditioning.ts";
export {
  type Conditioning,
  type ConditioningOptions,
  type ConditioningStage,
  plainCaptions,
  planConditioning,
} from "./conditioning/plan.ts";
export type { MemoryPlan } from "./memory/plan.ts";
export {
  type GenerationParameters as Recipe,
  generationParameters as recipeOf,
  type ParametersSource as RecipeSource,
  parameterTexts as recipeTexts,
} from "./metadata/parameters.ts";
export {
  fromMetadata as likeness,
  type GenerationRequest as Likeness,
  type MetadataContext as LikenessContext,
} from "./metadata/reproduce.ts";
export { encodeComponent, encodeJson } from "./model/component.ts";
export * from "./model/components.ts";
export { type ControlNet, describedControlNet, steeredModel } from "./model/controlnet.ts";
export { generationDefaults } from "./model/defaults.ts";
export * from "./model/model-folder.ts";
export type { TextEncoder } from "./model/text-encoders.ts";
export { type TextToImageModelOptions, textToImageModel } from "./model/text-to-image-model.ts";
export type { ControlInput, PlannedControl } from "./network/controlnet-inputs.ts";
export * from "./network/network.ts";
export { fitLatentRgb, type LatentPixels, linearPreview, type Previewer } from "./preview/preview.ts";
export { type DenoiseOptions, type DenoiseStep, denoise } from "./text-to-image/denoise.ts";
export {
  type HiresFixOptions as RefineOptions,
  hiresFixDefaults as refineDefaults,
} from "./text-to-image/hires-fix.ts";
export {
  type ControlOptions,
  type ImageInputs as CanvasPlan,
  type Img2ImgOptions as CanvasOptions,
  img2imgDefaults as canvasDefaults,
} from "./text-to-image/img2img.ts";
export * from "./text-to-image/noise.ts";
export * from "./text-to-image/options.ts";
export * from "./text-to-image/plan.ts";
export * from "./text-to-image/text-to-image.ts";
export type { RetryEvent } from "./vae/float16-fallback.ts";
