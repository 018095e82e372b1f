import type { Device, Runtime } from "../../runtime/types.ts";
import { itemAt } from "../../util/items.ts";
import type { TrainConfig } from "../config/config.ts";
import type { PresetChange } from "../config/presets.ts";
import { openSession } from "../loop/session.ts";
import type { Task } from "../loop/task.ts";
import { type TrainingPlan, trainingPlan } from "./plan.ts";

/** Events of a dry run: what is known before, and then what was measured. */
export type DryRunEvent =
  | {
      readonly type: "plan";
      readonly config: TrainConfig;
      readonly plan: TrainingPlan;
      /** Changes by the preset. */
      readonly preset: readonly PresetChange[];
      readonly device: Device;
    }
  | DryRunPace;

/** The pace of a run, from steps that were made and thrown away. */
export interface DryRunPace {
  readonly type: "pace";
  /** Seconds of each step after the first. */
  readonly secondsPerStep: number;
  readonly samplesPerSecond: number;
  readonly secondsToLoad: number;
  /** To the end of the run in steps or minutes; absent where only a plateau ends it. */
  readonly secondsInAll?: number | undefined;
  /** Optimizer steps to the end; absent likewise. */
  readonly stepsInAll?: number | undefined;
  /** Highest memory of the process after the steps, in bytes; what is above the plan is activations, data and programs. */
  readonly memory: number;
}

const MEASURED = 3;

/** Options of a dry run. */
export interface DryRunInput {
  readonly config: TrainConfig;
  readonly task: Task;
  readonly runtime: Runtime;
  readonly preset: readonly PresetChange[];
  /** Memory of the process in bytes. */
  readonly memory: () => number;
}

/** Says what a run would be and measures three steps after a first one; nothing is written. */
export async function* dryRun({ config, task, runtime, preset, memory }: DryRunInput): AsyncGenerator<DryRunEvent> {
  const { training } = config;
  yield { type: "plan", config, plan: trainingPlan(task, training), preset, device: runtime.device };
  const start = performance.now();
  const steps = { ...training, steps: MEASURED + 1, minutes: undefined, plateau: undefined };
  await using session = await openSession({ config: { training: steps }, task, runtime });
  const secondsToLoad = (performance.now() - start) / 1000;
  const ends: number[] = [];
  for await (const _ of session.steps()) ends.push(performance.now());
  const secondsPerStep = (itemAt(ends, -1) - itemAt(ends, 0)) / 1000 / MEASURED;
  const byTime = training.minutes === undefined ? undefined : (60 * training.minutes) / secondsPerStep;
  const lengths = [training.steps, byTime].filter((length) => length !== undefined);
  const stepsInAll = lengths.length > 0 ? Math.round(Math.min(...lengths)) : undefined;
  yield {
    type: "pace",
    secondsPerStep,
    samplesPerSecond: training.batch_size / secondsPerStep,
    secondsToLoad,
    stepsInAll,
    secondsInAll: stepsInAll === undefined ? undefined : stepsInAll * secondsPerStep,
    memory: memory(),
  };
}
