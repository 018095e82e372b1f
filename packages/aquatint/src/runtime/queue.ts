import { AquatintError, messageOf } from "../errors.ts";
import { type Connect, createJob, createLine } from "./line.ts";
import type { CallName, Params, Result } from "./protocol.ts";

/** What may come with a call. */
export interface CallOptions {
  readonly transfer?: ArrayBuffer[];
  /** Rejects the call at once when it fires; what the worker still answers is dropped. */
  readonly signal?: AbortSignal | undefined;
}

/** The calls made to one worker: one at a time, in order. */
export interface Queue {
  call<K extends CallName>(call: K, params: Params<K>, options?: CallOptions): Promise<Result<K>>;
  /** A call that gives memory back, which is nothing to do when the worker has ended. */
  free<K extends CallName>(call: K, params: Params<K>): Promise<void>;
  /** Rejects every call not yet answered with `reason`, waits for the one under way, and ends the worker. */
  close(reason: AquatintError): Promise<void>;
}

/** A queue of calls to the worker that `connect` starts. */
export function createQueue(connect: Connect): Queue {
  let ended: AquatintError | undefined;
  let dead = false;
  const line = createLine(connect, (cause) => {
    dead = true;
    end(workerDied(cause));
    void line.close();
  });

  function end(reason: AquatintError): void {
    ended ??= reason;
    line.cancel(ended);
  }
  function push<K extends CallName>(call: K, params: Params<K>, options: CallOptions = {}): Promise<Result<K>> {
    return new Promise((resolve, reject) => {
      const request = { call, params };
      line.push(createJob({ request, ...options }, (result) => resolve(result as Result<K>), reject));
    });
  }
  return {
    async call(...args) {
      if (ended) throw ended;
      return push(...args);
    },
    async free(call, params) {
      if (!ended) await push(call, params).catch(unless(() => ended !== undefined));
    },
    async close(reason) {
      end(reason);
      if (!dead) await push("close", null).catch(unless(() => dead));
      await line.close();
    },
  };
}

const unless = (excused: () => boolean) => (error: unknown) => {
  if (!excused()) throw error;
};

const workerDied = (cause: unknown) =>
  new AquatintError("runtime/worker-died", `the runtime's worker ended unexpectedly: ${messageOf(cause)}`, {
    hint: "make a new runtime; if memory ran out, use a smaller batch or size",
    cause,
  });
