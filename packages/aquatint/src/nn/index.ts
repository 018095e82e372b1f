/** Modules and layers: functions over tensors, with children whose names are the keys of checkpoints. */

export * from "./einops.ts";
export * from "./init.ts";
export * from "./layers.ts";
export * from "./lora.ts";
export * from "./module.ts";
