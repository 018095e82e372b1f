export {
  type CanvasOptions,
  type CanvasPlan,
  type ControlOptions,
  canvasDefaults,
  type PlannedControl,
} from "./canvas.ts";
export { encodeComponent, readJson, readWeights } from "./component.ts";
export {
  type Conditioning,
  type ConditioningOptions,
  type ConditioningStage,
  encodedConditioning,
  plainCaptions,
  planConditioning,
} from "./conditioning.ts";
export * from "./draws.ts";
export { type GenerationDefaults, generationDefaults } from "./generation.ts";
export type { RetryEvent } from "./half-decode.ts";
export { type PipelineClass, type PipelineKind, pipelineKinds } from "./kinds.ts";
export { type Likeness, type LikenessContext, likeness } from "./like.ts";
export type { MemoryPlan } from "./memory-plan.ts";
export * from "./model-folder.ts";
export * from "./modules.ts";
export * from "./network.ts";
export { fitLatentRgb, type LatentPixels, linearPreview, type Previewer } from "./preview.ts";
export { type Recipe, type RecipeSource, recipeOf, recipeTexts } from "./recipe.ts";
export { type RefineOptions, refineDefaults } from "./refine.ts";
export type { HeightWidth, SizeOptions } from "./size-conditions.ts";
export * from "./source.ts";
export { type ControlNet, describedControlNet, steeredModel } from "./steered.ts";
export type { Steering } from "./steering.ts";
export type { TextEncoder } from "./text-encoders.ts";
export type { EncodedCaptions, TextEmbeddings, TokenizedCaption } from "./text-encoding.ts";
export * from "./text-to-image.ts";
