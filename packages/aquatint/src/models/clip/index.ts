export * from "./config.ts";
export * from "./text-model.ts";
