/** Data sets: what a trainer reads. */
export * from "./dataset.ts";
export { colours } from "./emoji/colours.ts";
export type { SceneObject, SceneTruth } from "./emoji/truth.ts";
