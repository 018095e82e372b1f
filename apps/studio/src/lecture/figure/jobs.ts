/** Something that a figure computes in its worker: one value, or values as they come. */
// biome-ignore lint/suspicious/noExplicitAny: a table of jobs has parameters of any type
export type Job = (params: any, signal: AbortSignal) => AsyncIterable<unknown> | Iterable<unknown>;
/** Jobs by their names: what `jobs.ts` of a page exports. */
export type Jobs = Readonly<Record<string, Job>>;
/** The values of a job. */
export type ValueOf<J extends Job> = ReturnType<J> extends AsyncIterable<infer V> | Iterable<infer V> ? V : never;

/** Messages to a worker of figures. */
export type JobRequest =
  | { readonly type: "run"; readonly id: number; readonly job: string; readonly params: unknown }
  | { readonly type: "abort" | "pause" | "resume"; readonly id: number };

/** Messages of a worker of figures. */
export type JobAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly done: true }
  | { readonly id: number; readonly failure: string };

/** A job that runs; one that is aborted ends as if it were done. */
export interface RunningJob {
  abort(): void;
  pause(): void;
  resume(): void;
}

/** What is heard of a job. */
export interface JobListener {
  readonly onValue: (value: unknown) => void;
  readonly onDone: () => void;
  readonly onFailure: (message: string) => void;
}

/** The page's side of a worker of figures. */
export interface JobWorker {
  run(job: string, params: unknown, listener: JobListener): RunningJob;
  close(): void;
}

/** Starts a worker with its first job. */
export function jobWorker(start: () => Worker): JobWorker {
  const listeners = new Map<number, JobListener>();
  let worker: Worker | undefined;
  let last = 0;
  const fail = (message: string) => {
    for (const { onFailure } of listeners.values()) onFailure(message);
    listeners.clear();
    worker?.terminate();
    worker = undefined;
  };
  const opened = (): Worker => {
    if (worker) return worker;
    worker = start();
    worker.onerror = ({ message }) => fail(message || "the script of this figure could not be loaded");
    worker.onmessage = ({ data }: MessageEvent<JobAnswer>) => settle(listeners, data);
    return worker;
  };
  return {
    run(job, params, listener) {
      const id = ++last;
      listeners.set(id, listener);
      const post = (request: JobRequest) => opened().postMessage(request);
      const send = (type: "abort" | "pause" | "resume") => () => listeners.has(id) && post({ type, id });
      post({ type: "run", id, job, params });
      return { abort: send("abort"), pause: send("pause"), resume: send("resume") };
    },
    close() {
      listeners.clear();
      worker?.terminate();
      worker = undefined;
    },
  };
}

function settle(listeners: Map<number, JobListener>, data: JobAnswer): void {
  const listener = listeners.get(data.id);
  if (!listener) return;
  if ("value" in data) {
    listener.onValue(data.value);
    return;
  }
  listeners.delete(data.id);
  if ("failure" in data) listener.onFailure(data.failure);
  else listener.onDone();
}
