/** Gradients of graphs, as graphs. */
export { checkpoint, type Results } from "./checkpoint.ts";
export { grad, type PullbackInput, pullback } from "./grad.ts";
