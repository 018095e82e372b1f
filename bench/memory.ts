import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { defaultModelFolder } from "../packages/aquatint/src/pipelines/default-model.node.ts";
import type { MemoryPlan } from "../packages/aquatint/src/pipelines/memory/plan.ts";
import { stableDiffusionFolder } from "./full-size/model.ts";

const run = promisify(execFile);

/** What a process with a limit says. Bytes. */
interface Outcome {
  readonly plan: MemoryPlan;
  readonly peak: number;
  readonly baseline: number;
  readonly limit: number;
}

interface Row {
  readonly model: string;
  readonly side: number;
  readonly plan: string;
  readonly limitMB: number;
  readonly peakMB: number;
  /** The peak as a share of the limit, which was the estimate. */
  readonly ratio: number;
}

/**
 * `--max-memory` on a grid of models, sizes and plans. Each limit is the estimate of a plan, so that nothing is to spare: packed and whole,
 * the first plan with mapped weights, and the least. One step each, every image in a process of its own.
 */
export async function memoryBench({ fullSize = true } = {}): Promise<object> {
  const models = { default: await defaultModelFolder(), ...(fullSize && { sd15: await stableDiffusionFolder() }) };
  const sides = { default: [64, 256, 512], sd15: [256, 512] };
  const rows: Row[] = [];
  for (const [name, folder] of Object.entries(models))
    for (const side of sides[name as keyof typeof sides])
      for (const plan of await plansOf(folder, side)) rows.push(await rowOf({ name, folder, side, plan }));
  const ratios = rows.map(({ ratio }) => ratio);
  return { rows, largestRatio: Math.max(...ratios), smallestRatio: Math.min(...ratios) };
}

/** The bytes beside the baseline of each plan that is tried. */
interface PlannedBytes {
  readonly title: string;
  readonly more: number;
}

async function plansOf(folder: string, side: number): Promise<readonly PlannedBytes[]> {
  const plans: (PlannedBytes & { readonly weightMemory: string })[] = [];
  for (let more = 64e9; ; more = (plans.at(-1)?.more ?? 0) - 1) {
    const outcome = await outcomeOf(folder, { side, more, part: "plan" }).catch(() => undefined);
    if (!outcome) break;
    const { weightMemory, residency, tile, bytes } = outcome.plan;
    const title = [weightMemory, residency, tile === undefined ? "whole" : `tiles of ${tile}`].join(", ");
    plans.push({ title, weightMemory, more: bytes - outcome.baseline });
  }
  const mapped = plans.find(({ weightMemory }) => weightMemory === "mapped");
  return [...new Set([plans[0], mapped, plans.at(-1)])].flatMap((plan) => plan ?? []);
}

interface Try {
  readonly side: number;
  readonly more: number;
  readonly part: "plan" | "image";
}

async function outcomeOf(folder: string, { side, more, part }: Try): Promise<Outcome> {
  const script = fileURLToPath(new URL("../packages/aquatint/test/peak-memory.ts", import.meta.url));
  const args = ["--import", "tsx", script, folder, String(side), String(Math.ceil(more)), part];
  return JSON.parse((await run(process.execPath, args)).stdout);
}

interface RowOptions {
  readonly name: string;
  readonly folder: string;
  readonly side: number;
  readonly plan: PlannedBytes;
}

/** What a process takes before it plans differs by a few MB from run to run: a limit that is refused grows by so much. */
const GROWTH = 8e6;

async function rowOf({ name, folder, side, plan: { title, more } }: RowOptions): Promise<Row> {
  let spare = 0;
  let outcome: Outcome | undefined;
  for (; !outcome; spare += GROWTH)
    outcome = await outcomeOf(folder, { side, more: more + spare, part: "image" }).catch((error: unknown) => {
      if (spare > 10 * GROWTH) throw error;
      return undefined;
    });
  const limit = outcome.limit;
  const megabytes = (bytes: number) => Math.round(bytes / 1e6);
  return {
    model: name,
    side,
    plan: title,
    limitMB: megabytes(limit),
    peakMB: megabytes(outcome.peak),
    ratio: Math.round((1000 * outcome.peak) / limit) / 1000,
  };
}
