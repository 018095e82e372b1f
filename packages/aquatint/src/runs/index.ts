/** Readers of a training run's folder: its records, how it stands, and series of its numbers. */
export * from "./evaluated.ts";
export * from "./metric-names.ts";
export * from "./points.ts";
export type { RunConfig, RunData, RunState, RunSummary } from "./run.ts";
export { readRun, summaryOf } from "./run.ts";
export * from "./series.ts";
