export * from "./autoencoder/index.ts";
export * from "./autoencoder-tiny/index.ts";
export { guidanceEmbedding } from "./blocks/timesteps.ts";
export { detectionsOf, ImageClassifier, parseClassifierConfig, strideOf } from "./classifier/index.ts";
export * from "./clip/index.ts";
export * from "./controlnet/index.ts";
export { models } from "./registry.ts";
export * from "./unet/index.ts";
export type { VariationalAutoencoder } from "./vae/index.ts";
