import { AquatintError, messageOf } from "../errors.ts";
import type { Answer, CallName, Request, Result } from "./protocol.ts";

/** The host's end of the connection to a worker. */
export interface Channel {
  post(request: Request, transfer: ArrayBuffer[]): void;
  /** Says whether the process must live on for this worker's sake. */
  hold(busy: boolean): void;
  /** Ends the worker. Never rejects; may be called again. */
  close(): Promise<void>;
}
/** What a channel tells. */
export interface Listener {
  answered(answer: Answer): void;
  died(cause: unknown): void;
}
/** Starts a worker and connects it. */
export type Connect = (listener: Listener) => Channel;

/** One call and the caller who waits for it. */
export interface Job {
  readonly request: Omit<Request, "keep">;
  readonly transfer: ArrayBuffer[];
  /** Whether the caller still waits. */
  isOpen(): boolean;
  finish(answer: Answer): void;
  cancel(reason: unknown): void;
}

/** Jobs on their way to one worker. */
export interface Line {
  push(job: Job): void;
  /** Ends every caller's wait. The worker still finishes the job it has begun. */
  cancel(reason: unknown): void;
  close(): Promise<void>;
}

/** Sends one job at a time, in order, to the worker that `connect` starts. */
export function createLine(connect: Connect, died: (cause: unknown) => void): Line {
  const waiting: Job[] = [];
  let current: Job | undefined;
  let keep = false;
  const channel = connect({
    answered(answer) {
      keep = current?.isOpen() === true;
      current?.finish(answer);
      next();
    },
    died,
  });

  function next(): void {
    do current = waiting.shift();
    while (current && !current.isOpen());
    channel.hold(current !== undefined);
    if (current) post(current);
  }
  function post(job: Job): void {
    try {
      channel.post({ ...job.request, keep }, job.transfer);
    } catch (error) {
      job.cancel(notSent(error));
      next();
    }
  }
  return {
    push(job) {
      waiting.push(job);
      if (!current) next();
    },
    cancel(reason) {
      for (const job of [current, ...waiting.splice(0)]) job?.cancel(reason);
    },
    close: () => channel.close(),
  };
}

const notSent = (error: unknown) =>
  new AquatintError("runtime/failed", `could not send a call to the worker: ${messageOf(error)}`);

/** A job whose caller waits until its answer, or until `signal` fires. */
export function createJob(
  {
    request,
    transfer = [],
    signal,
  }: Pick<Job, "request"> & { transfer?: ArrayBuffer[]; signal?: AbortSignal | undefined },
  resolve: (result: Result<CallName>) => void,
  reject: (reason: unknown) => void,
): Job {
  let open = true;
  const shut = () => {
    open = false;
    signal?.removeEventListener("abort", abort);
  };
  const cancel = (reason: unknown) => {
    shut();
    reject(reason);
  };
  const abort = () => cancel(signal?.reason);
  signal?.addEventListener("abort", abort);
  return {
    request,
    transfer,
    isOpen: () => open,
    finish(answer) {
      shut();
      if (answer.ok) resolve(answer.result);
      else reject(new AquatintError(answer.failure.code, answer.failure.message, { hint: answer.failure.hint }));
    },
    cancel,
  };
}
