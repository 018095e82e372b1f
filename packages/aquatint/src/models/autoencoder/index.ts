export * from "./autoencoder-kl.ts";
export { type AutoencoderConfig, parseAutoencoderConfig } from "./config.ts";
export * from "./patch-critic.ts";
