export * from "./einops.ts";
export * from "./init.ts";
export * from "./layers.ts";
export * from "./lora.ts";
export * from "./module.ts";
