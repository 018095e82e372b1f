import type { JsonSeed } from "aquatint/math";

/** States of a job; the last three are its end. */
export const jobStates = ["queued", "running", "done", "failed", "canceled"] as const;
/** The state of a job. */
export type JobState = (typeof jobStates)[number];

/** Tells whether a job in this state changes no more. */
export const isFinal = (state: JobState): boolean => state !== "queued" && state !== "running";

/** What the owner of a running job wants of its worker: its end, its end with what is there, or the next image. */
export type StopRequest = "cancel" | "interrupt" | "skip";

/** One file that a job made. */
export interface JobFile {
  /** Key of its bytes in the file store. */
  readonly key: string;
  /** "image/png" */
  readonly type: string;
  readonly seed: JsonSeed;
  readonly width: number;
  readonly height: number;
  /** The settings in the lines of AUTOMATIC1111's web UI, as they are in the file. */
  readonly infotext: string;
}

/** What a job made. */
export interface JobResult {
  readonly files: readonly JobFile[];
  /** Name and hash of the model as the files have them. */
  readonly model: string;
  readonly modelHash?: string | undefined;
  /** True if its owner ended it before all was made. */
  readonly interrupted: boolean;
  /** Seconds of the worker. */
  readonly seconds: number;
  /** Steps that followed another of the same file, and the seconds from one to the next together. */
  readonly steps?: StepTimes | undefined;
}

/** Steps and their time. */
export interface StepTimes {
  readonly count: number;
  readonly seconds: number;
}

/** How far a running job is. */
export interface JobProgress {
  /** Files that are finished, and all of them. */
  readonly image: number;
  readonly images: number;
  /** Steps that are done of the file under way, and all of its steps. */
  readonly step: number;
  readonly steps: number;
  /** The files that are finished. */
  readonly files?: readonly JobFile[] | undefined;
}

/** Why a job failed, for programs and for people. */
export interface JobFailure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** A job's request as its kind's schema gives it, its images replaced by keys of the file store. */
export type StoredRequest = Readonly<Record<string, unknown>>;

/** Names that a caller chooses for what it submits. */
export interface SubmissionNames {
  /** A second submission of an owner under the same key adds no job. */
  readonly idempotencyKey?: string | undefined;
  /** Such as A1111's `force_task_id`. */
  readonly task?: string | undefined;
}

/** A job as it is kept. */
export interface Job {
  readonly id: string;
  readonly owner: string;
  /** The surface that it came in on: "jobs", "a1111", "openai". */
  readonly surface: string;
  readonly kind: string;
  readonly model: string;
  readonly queue: string;
  readonly state: JobState;
  readonly turn: number;
  readonly request: StoredRequest;
  /** True if the memory limit decides how it is computed. */
  readonly limited: boolean;
  /** Pixels x steps x images, in millions. */
  readonly units: number;
  readonly requestHash: string;
  /** A name that the caller chose, such as A1111's `force_task_id`. */
  readonly task: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly attempts: number;
  readonly stop: StopRequest | null;
  readonly progress: JobProgress | null;
  readonly result: JobResult | null;
  /** Numbers of the files that its owner marked: the job is kept as long as there are some. */
  readonly favorites: readonly number[];
  readonly error: JobFailure | null;
}

/** A job that a worker may run until its lease ends. */
export interface LeasedJob extends Job {
  readonly lease: string;
}

/** Memory of a process in bytes: what it has in RAM now, and the most that it had. */
export interface ProcessMemory {
  readonly present: number;
  readonly peak: number;
}

/** How a worker ended a job. */
export interface JobOutcome {
  readonly state: "done" | "failed" | "canceled";
  readonly result?: JobResult | undefined;
  readonly error?: JobFailure | undefined;
}

/** The files of a job that are finished, also while it runs. */
export const filesOf = ({ result, progress }: Pick<Job, "result" | "progress">): readonly JobFile[] =>
  result?.files ?? progress?.files ?? [];

/** Share of a job that is done, 0 .. 1. */
export const shareOf = ({ image, images, step, steps }: NonNullable<Job["progress"]>): number =>
  Math.min(1, image / images + (steps > 0 ? step / (steps * images) : 0));
