import type { AquatintError } from "../../errors.ts";
import type { CallName, Params, Result } from "../protocol.ts";
import { type Connect, createPendingRequest, createRequestQueue, type RequestOptions } from "./request-queue.ts";

/** The calls made to one worker: one at a time, in order. */
export interface WorkerClient {
  call<K extends CallName>(call: K, params: Params<K>, options?: RequestOptions): Promise<Result<K>>;
  /** A call that gives memory back, which is nothing to do when the worker has ended. */
  release<K extends CallName>(call: K, params: Params<K>): Promise<void>;
  /** True once it takes no more calls: it was closed, or its worker has died. */
  isClosed(): boolean;
  /** Rejects every call not yet answered with `reason`, waits for the one under way, and ends the worker. */
  close(reason: AquatintError): Promise<void>;
}

/** A queue of calls to the worker that `connect` starts. If that dies, all calls fail with what `obituary` says. */
export function createWorkerClient(connect: Connect, exitError: (cause: unknown) => AquatintError): WorkerClient {
  let closeReason: AquatintError | undefined;
  let closing: Promise<void> | undefined;
  let hasExited = false;
  const requests = createRequestQueue(connect, (cause) => {
    hasExited = true;
    end(closeReason ?? exitError(cause));
    void requests.close();
  });

  function end(reason: AquatintError): void {
    closeReason ??= reason;
    requests.cancel(closeReason);
  }
  function push<K extends CallName>(call: K, params: Params<K>, options: RequestOptions = {}): Promise<Result<K>> {
    return new Promise((resolve, reject) => {
      const request = { call, params };
      requests.push(createPendingRequest({ request, ...options }, (result) => resolve(result as Result<K>), reject));
    });
  }
  async function closeOnce(reason: AquatintError): Promise<void> {
    end(reason);
    if (!hasExited) await push("close", null).catch(ignoreIf(() => hasExited));
    await requests.close();
  }
  return {
    async call(...args) {
      if (closeReason) throw closeReason;
      return push(...args);
    },
    async release(call, params) {
      if (!closeReason) await push(call, params).catch(ignoreIf(() => closeReason !== undefined));
    },
    isClosed: () => closeReason !== undefined,
    close(reason) {
      closing ??= closeOnce(reason);
      return closing;
    },
  };
}

const ignoreIf = (isExpected: () => boolean) => (error: unknown) => {
  if (!isExpected()) throw error;
};
