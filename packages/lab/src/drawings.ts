/** Drawings of this package for the commands of `aquatint`: its `Drawings`. */
export { comparisonReport } from "./run-reports/comparison.node.ts";
export { runReport } from "./run-reports/report.node.ts";
