import { AquatintError, messageOf } from "../../errors.ts";
import type { HostTensors } from "../../graph/types.ts";
import type { Answer, CallName, Request, Result } from "../protocol.ts";

/** The host's end of the connection to a worker. */
export interface Channel {
  post(request: Request, transfer: ArrayBuffer[]): void;
  /** Keeps the process alive while the worker is busy. */
  keepAlive(busy: boolean): void;
  /** Ends the worker. Never rejects; may be called again. */
  close(): Promise<void>;
}
/** Events of a channel. */
export interface Listener {
  onAnswer(answer: Answer): void;
  onExit(cause: unknown): void;
}
/** Starts a worker and connects it. */
export type Connect = (listener: Listener) => Channel;

/** One call and the caller who waits for it. */
export interface PendingRequest {
  readonly request: Omit<Request, "keep">;
  readonly transfer: ArrayBuffer[];
  /** True while the caller waits. */
  isOpen(): boolean;
  /** Gives the answer to the caller; tells whether the state updates of it count. */
  finish(answer: Answer): boolean;
  cancel(reason: unknown): void;
}

/** Jobs on their way to one worker. */
export interface RequestQueue {
  push(job: PendingRequest): void;
  /** Ends every caller's wait. The worker still finishes the job it has begun. */
  cancel(reason: unknown): void;
  close(): Promise<void>;
}

/** Sends one job at a time, in order, to the worker that `connect` starts. */
export function createRequestQueue(connect: Connect, onExit: (cause: unknown) => void): RequestQueue {
  const waiting: PendingRequest[] = [];
  let current: PendingRequest | undefined;
  let keep = false;
  const channel = connect({
    onAnswer(answer) {
      keep = current?.finish(answer) === true;
      next();
    },
    onExit,
  });

  function next(): void {
    do current = waiting.shift();
    while (current && !current.isOpen());
    channel.keepAlive(current !== undefined);
    if (current) post(current);
  }
  function post(job: PendingRequest): void {
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

/** Options of a request. */
export interface RequestOptions {
  readonly transfer?: ArrayBuffer[] | undefined;
  /** Rejects the caller at once when it fires; what the worker still answers is dropped. */
  readonly signal?: AbortSignal | undefined;
  /** Decides whether a run with these results may change the state; it may when absent. */
  readonly accept?: ((results: HostTensors) => boolean) | undefined;
}

/** A job whose caller waits until its answer, or until `signal` fires. */
export function createPendingRequest(
  { request, transfer = [], signal, accept = () => true }: Pick<PendingRequest, "request"> & RequestOptions,
  resolve: (result: Result<CallName>) => void,
  reject: (reason: unknown) => void,
): PendingRequest {
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
      if (!open) return false;
      shut();
      if (!answer.ok) {
        reject(new AquatintError(answer.failure.code, answer.failure.message, { hint: answer.failure.hint }));
        return false;
      }
      try {
        const counts = request.call !== "run" || accept(answer.result as Result<"run">);
        resolve(answer.result);
        return counts;
      } catch (error) {
        reject(error);
        return false;
      }
    },
    cancel,
  };
}
