export * from "./autoencoder-tiny.ts";
export { type AutoencoderTinyConfig, parseAutoencoderTinyConfig } from "./config.ts";
