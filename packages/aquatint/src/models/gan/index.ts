export * from "./conditional-critic.ts";
export * from "./conditional-generator.ts";
export * from "./config.ts";
export * from "./patch-critic.ts";
