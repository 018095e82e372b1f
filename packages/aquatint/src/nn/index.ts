export * from "./adapters.ts";
export * from "./dims.ts";
export * from "./initialise.ts";
export * from "./layers.ts";
export * from "./module.ts";
