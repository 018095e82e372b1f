export {
  parseUNet2DConditionConfig,
  parseUNet2DConfig,
  type UNet2DConditionConfig,
  type UNet2DConfig,
} from "./config.ts";
export * from "./unet2d.ts";
export * from "./unet2d-condition.ts";
