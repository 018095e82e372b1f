import type { Device } from "../runtime/types.ts";
import type { EndReason } from "./length.ts";
import type { StepEvent } from "./loop.ts";

/** What a run tells of itself as it goes. */
export type RunEvent =
  | {
      readonly type: "start";
      readonly folder: string;
      readonly parameters: number;
      readonly step: number;
      /** The run's length in steps, where it has one. */
      readonly steps?: number | undefined;
      readonly device: Device;
    }
  | ({ readonly type: "step" } & StepRecord)
  | { readonly type: "checkpoint"; readonly path: string; readonly step: number }
  | { readonly type: "samples"; readonly path: string; readonly step: number }
  | { readonly type: "evaluation"; readonly step: number; readonly metrics: Readonly<Record<string, number>> }
  | RunProblem
  | { readonly type: "model"; readonly path: string; readonly ended: EndReason };

/** Something that went wrong and did not end the run. */
export interface RunProblem {
  readonly type: "problem";
  /** What was found, and what is done about it. */
  readonly message: string;
}

/** A step as `metrics.jsonl` holds it. */
export interface StepRecord extends Pick<StepEvent, "step" | "loss" | "gradNorm" | "metrics"> {
  /** Highest of the run times the schedule's share. */
  readonly learningRate: number;
  /** Of training so far, over all sessions, without gaps in which the machine slept. */
  readonly seconds: number;
  readonly secondsPerStep: number;
  /** Until the run's end at the pace of the last steps; absent while nothing is known of it. */
  readonly secondsLeft?: number;
  /** Memory of the process in MiB (resident set). */
  readonly memory?: number;
}
