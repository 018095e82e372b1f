export * from "./autoencoder-kl.ts";
export { type AutoencoderConfig, parseAutoencoderConfig } from "./config.ts";
export type { LatentSpace } from "./latent-space.ts";
export * from "./patch-critic.ts";
