/** Comparison, evaluation and theory of generative models, and the drawings of reports. Runs in Node. */
export { compareModels } from "./compare/compare.node.ts";
export { openComparison, untrainedRuns } from "./compare/open.node.ts";
export * from "./evaluate/evaluate.node.ts";
export { evaluationTable } from "./evaluate/table.ts";
export * from "./theory/report.node.ts";
