export * from "./adamw.ts";
export * from "./checkpoint.ts";
export { type DenoisingOptions, denoisingObjective } from "./denoising.ts";
export * from "./loop.ts";
export * from "./objective.ts";
export * from "./rates.ts";
export * from "./recomputing.ts";
export * from "./step.ts";
