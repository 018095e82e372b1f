export { parseUNet2DConditionConfig, type UNet2DConditionConfig } from "./condition-config.ts";
export { parseUNet2DConfig, type UNet2DConfig } from "./config.ts";
export type { AddedConditions } from "./embeddings.ts";
export { type Residuals, sumResiduals } from "./residuals.ts";
export * from "./unet2d.ts";
export * from "./unet2d-condition.ts";
