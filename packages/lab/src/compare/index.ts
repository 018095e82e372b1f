/** Kinds of generative models, what a comparison measures of them, and their places in the trilemma. Runs in Node and in the browser. */
export { modelKinds } from "./kinds/registry.ts";
export * from "./measured.ts";
export * from "./model-kind.ts";
export { spherical } from "./spherical.ts";
export * from "./trilemma.ts";
