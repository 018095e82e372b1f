import type { WeightMemory } from "../../compiler/executable.ts";
import type { MemoryPlan } from "./plan.ts";
import { estimateRun as estimateWith, planRun, type RehearsedRun } from "./plan-run.ts";

/** A limit of memory, and what it is kept for. */
export interface MemoryLimit extends RehearsedRun {
  /** Bytes that the process may take; no limit when absent. */
  readonly maxMemory?: number | undefined;
  readonly weightMemory?: WeightMemory | undefined;
  /** Bytes that the process takes while nothing is loaded; measured when absent. */
  readonly baseline?: (() => number) | undefined;
}

/** Plans a memory limit with recorded runs in which nothing is loaded. @throws AquatintError "generate/memory" where it cannot be. */
export async function planMemoryLimit(limit: MemoryLimit): Promise<MemoryPlan | undefined> {
  const { maxMemory: budget, weightMemory, baseline = process.memoryUsage.rss } = limit;
  return budget === undefined ? undefined : planRun(limit, { budget, baseline, weightMemory });
}

/** Bytes that a run takes, by the form of the weights. */
export const estimateRun = (run: RehearsedRun): Promise<Readonly<Record<WeightMemory, number>>> =>
  estimateWith(run, { baseline: process.memoryUsage.rss });
