export * from "./autoencoder/index.ts";
export * from "./clip/index.ts";
export { models } from "./registry.ts";
export * from "./unet/index.ts";
