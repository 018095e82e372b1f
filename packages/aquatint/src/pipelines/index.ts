export {
  type PipelineClass,
  type PipelineKind,
  pipelineKinds,
} from "../models/pipeline-classes.ts";
export type { GenerationDefaults } from "../util/generation-defaults.ts";
export { captionIds } from "./conditioning/caption-ids.ts";
export type { EncodedCaptions, TextEmbeddings, TokenizedCaption } from "./conditioning/encode.ts";
export type { HeightWidth, SizeOptions } from "./conditioning/micro-conditioning.ts";
export {
  type Conditioning,
  type ConditioningOptions,
  type ConditioningStage,
  encodedConditioning,
  plainCaptions,
  planConditioning,
} from "./conditioning/plan.ts";
export type { MemoryPlan } from "./memory/plan.ts";
export { type Recipe, type RecipeSource, recipeOf, recipeTexts } from "./metadata/parameters.ts";
export { type Likeness, type LikenessContext, likeness } from "./metadata/reproduce.ts";
export { encodeComponent } from "./model/component.ts";
export * from "./model/components.ts";
export { type ControlNet, describedControlNet, steeredModel } from "./model/controlnet.ts";
export { generationDefaults } from "./model/defaults.ts";
export * from "./model/model-folder.ts";
export { ganFolder, type OnePassFolder, type OnePassModel, vaeFolder } from "./model/single-pass.ts";
export type { TextEncoder } from "./model/text-encoders.ts";
export { type TextToImageModelOptions, textToImageModel } from "./model/text-to-image-model.ts";
export type { Steering } from "./network/controlnet-inputs.ts";
export * from "./network/network.ts";
export { denoisedOnce, type OneShot, type OneShotInput } from "./one-shot.ts";
export { fitLatentRgb, type LatentPixels, linearPreview, type Previewer } from "./preview/preview.ts";
export { type RefineOptions, refineDefaults } from "./text-to-image/hires-fix.ts";
export {
  type CanvasOptions,
  type CanvasPlan,
  type ControlOptions,
  canvasDefaults,
  type PlannedControl,
} from "./text-to-image/img2img.ts";
export * from "./text-to-image/noise.ts";
export * from "./text-to-image/text-to-image.ts";
export type { RetryEvent } from "./vae/float16-fallback.ts";
