import type { Image } from "../../formats/image/image.ts";
import type { Device } from "../../runtime/types.ts";
import type { EndReason } from "../loop/stopping.ts";
import type { StepEvent } from "../loop/train.ts";

/** Events of a run. */
export type RunEvent =
  | {
      readonly type: "start";
      readonly folder: string;
      readonly parameters: number;
      readonly step: number;
      /** The run's length in steps, where it has one. */
      readonly steps?: number | undefined;
      /** Samples of a step. */
      readonly batchSize: number;
      readonly device: Device;
    }
  | ({ readonly type: "step" } & StepRecord)
  | { readonly type: "checkpoint"; readonly path: string; readonly step: number }
  | { readonly type: "samples"; readonly path: string; readonly step: number; readonly images: readonly Image[] }
  | { readonly type: "evaluation"; readonly step: number; readonly metrics: Readonly<Record<string, number>> }
  | RunProblem
  | { readonly type: "model"; readonly path: string; readonly ended: EndReason }
  | ({ readonly type: "finished" } & FinishedRun);

/** A resumed run that has nothing left to do. */
export interface FinishedRun {
  readonly folder: string;
  /** The model's folder. */
  readonly path: string;
  /** Its last step. */
  readonly step: number;
  readonly ended: EndReason;
}

/** Something that went wrong and did not end the run. */
export interface RunProblem {
  readonly type: "problem";
  /** Problem, and what is done about it. */
  readonly message: string;
}

/** A step as `metrics.jsonl` holds it. */
export interface StepRecord extends Pick<StepEvent, "step" | "loss" | "gradNorm" | "metrics" | "progress"> {
  /** Highest of the run times the schedule's share. */
  readonly learningRate: number;
  /** Seconds of training so far, over all sessions, without gaps in which the machine slept. */
  readonly seconds: number;
  readonly secondsPerStep: number;
  /** Until the run's end at the pace of the last steps; absent while nothing is known of it. */
  readonly secondsLeft?: number | undefined;
  /** Memory of the process in MiB (resident set). */
  readonly memory?: number | undefined;
  /** Why the run ended with this step; absent before its last one. */
  readonly ended?: EndReason | undefined;
}

/** Numbers on data that is not trained on, as `evaluations.jsonl` holds them. */
export interface EvaluationRecord {
  readonly step: number;
  /** Seconds of training so far, over all sessions. */
  readonly seconds: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** Machine of a run. */
export interface Machine {
  /** The processor's name. */
  readonly processor: string;
  readonly cores: number;
  /** In GiB. */
  readonly memory: number;
  /** Operating system and architecture: "linux x64". */
  readonly system: string;
  /** Version of Node. */
  readonly node: string;
}

/** The beginning of a run or of a part of it that goes on, as `sessions.jsonl` holds it. */
export interface SessionRecord {
  /** ISO 8601, UTC. */
  readonly started: string;
  /** The last step that was already done. */
  readonly step: number;
  /** Number of parameters that are trained or read. */
  readonly parameters: number;
  readonly device: Device;
  /** Threads that were asked for; absent for one a core. */
  readonly threads?: number | undefined;
  readonly machine?: Machine | undefined;
  /** Files of the data set, of data sets that read files. */
  readonly data?: SessionData | undefined;
}

/** The files of a data set as they were when a session opened them. */
export interface SessionData {
  readonly images: number;
  /** SHA-256 of their paths, bytes and captions. */
  readonly contents: string;
}
