export * from "./conditional-vae.ts";
export { parseVaeConfig, type VaeConfig } from "./config.ts";
