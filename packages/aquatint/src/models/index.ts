/** Published networks, their configurations, and the table of their classes. */

export * from "./autoencoder/index.ts";
export * from "./autoencoder-tiny/index.ts";
export type { ImageAttention } from "./blocks/attention.ts";
export type { NormOptions, ResnetOptions } from "./blocks/resnet-block.ts";
export { guidanceEmbedding } from "./blocks/timesteps.ts";
export {
  type AttentionFactory,
  type BlockOptions,
  type Conditions,
  DownBlock,
  type DownBlockOptions,
  type MotionFactory,
  type MotionPlan,
  UpBlock,
  type UpBlockOptions,
} from "./blocks/unet-blocks.ts";
export type { ModelClassName } from "./classes.ts";
export * from "./classifier/index.ts";
export * from "./clip/index.ts";
export { type ConfigSpec, configParser } from "./config.ts";
export * from "./controlnet/index.ts";
export { type Family, type FamilyFacts, familyFacts } from "./families.ts";
export type { InferenceFacts, Weights } from "./infer-config.ts";
export type { LatentRgb, Rgb } from "./latent-rgb.ts";
export * from "./motion/index.ts";
export { type PipelineClass, type PipelineKind, pipelineKinds, tokenizerFolder } from "./pipeline-classes.ts";
export { models } from "./registry.ts";
export * from "./unet/index.ts";
