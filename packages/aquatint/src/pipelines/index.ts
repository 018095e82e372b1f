export { encodeComponent, readJson, readWeights } from "./component.ts";
export * from "./draws.ts";
export { type GenerationDefaults, generationDefaults } from "./generation.ts";
export * from "./model-folder.ts";
export * from "./modules.ts";
export * from "./network.ts";
export * from "./source.ts";
export * from "./text-to-image.ts";
