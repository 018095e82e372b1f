export {
  type CanvasOptions,
  type CanvasPlan,
  type ControlOptions,
  canvasDefaults,
  type PlannedControl,
} from "./canvas.ts";
export { encodeComponent, readJson, readWeights } from "./component.ts";
export * from "./draws.ts";
export { type GenerationDefaults, generationDefaults } from "./generation.ts";
export * from "./model-folder.ts";
export * from "./modules.ts";
export * from "./network.ts";
export { type RefineOptions, refineDefaults } from "./refine.ts";
export * from "./source.ts";
export { type ControlNet, describedControlNet, steeredModel } from "./steered.ts";
export type { Steering } from "./steering.ts";
export * from "./text-to-image.ts";
