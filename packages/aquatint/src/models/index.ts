/** Published networks, their configurations, and the table of their classes. */

export * from "./autoencoder/index.ts";
export * from "./autoencoder-tiny/index.ts";
export type { ImageAttention } from "./blocks/attention.ts";
export { guidanceEmbedding } from "./blocks/timesteps.ts";
export type { Conditions } from "./blocks/unet-blocks.ts";
export {
  type ClassifierConfig,
  type ClassifierOutput,
  type Detection,
  detectionsOf,
  ImageClassifier,
  type PlaceLogits,
  parseClassifierConfig,
  strideOf,
} from "./classifier/index.ts";
export * from "./clip/index.ts";
export * from "./controlnet/index.ts";
export type { Family } from "./families.ts";
export type { ConditionalCritic } from "./gan/conditional-critic.ts";
export type { ConditionalGenerator } from "./gan/conditional-generator.ts";
export type { CriticConfig, GeneratorConfig } from "./gan/config.ts";
export type { InferenceFacts, Weights } from "./infer-config.ts";
export type { LatentRgb, Rgb } from "./latent-rgb.ts";
export { type PipelineClass, type PipelineKind, pipelineKinds } from "./pipeline-classes.ts";
export { type ModelClassName, models } from "./registry.ts";
export * from "./unet/index.ts";
export type { ConditionalVAE, ImageLikelihood, VaeConfig, VariationalAutoencoder } from "./vae/index.ts";
