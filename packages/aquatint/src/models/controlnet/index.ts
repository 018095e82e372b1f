export { type ControlNetConfig, parseControlNetConfig } from "../unet/condition-config.ts";
export * from "./controlnet.ts";
