import type { AquatintError } from "../errors.ts";
import { type Connect, createJob, createLine, type JobOptions } from "./line.ts";
import type { CallName, Params, Result } from "./protocol.ts";

/** The calls made to one worker: one at a time, in order. */
export interface Queue {
  call<K extends CallName>(call: K, params: Params<K>, options?: JobOptions): Promise<Result<K>>;
  /** A call that gives memory back, which is nothing to do when the worker has ended. */
  free<K extends CallName>(call: K, params: Params<K>): Promise<void>;
  /** Whether it takes no more calls: it was closed, or its worker has died. */
  hasEnded(): boolean;
  /** Rejects every call not yet answered with `reason`, waits for the one under way, and ends the worker. */
  close(reason: AquatintError): Promise<void>;
}

/** A queue of calls to the worker that `connect` starts. If that dies, all calls fail with what `obituary` says. */
export function createQueue(connect: Connect, obituary: (cause: unknown) => AquatintError): Queue {
  let ended: AquatintError | undefined;
  let closing: Promise<void> | undefined;
  let dead = false;
  const line = createLine(connect, (cause) => {
    dead = true;
    end(ended ?? obituary(cause));
    void line.close();
  });

  function end(reason: AquatintError): void {
    ended ??= reason;
    line.cancel(ended);
  }
  function push<K extends CallName>(call: K, params: Params<K>, options: JobOptions = {}): Promise<Result<K>> {
    return new Promise((resolve, reject) => {
      const request = { call, params };
      line.push(createJob({ request, ...options }, (result) => resolve(result as Result<K>), reject));
    });
  }
  async function shut(reason: AquatintError): Promise<void> {
    end(reason);
    if (!dead) await push("close", null).catch(unless(() => dead));
    await line.close();
  }
  return {
    async call(...args) {
      if (ended) throw ended;
      return push(...args);
    },
    async free(call, params) {
      if (!ended) await push(call, params).catch(unless(() => ended !== undefined));
    },
    hasEnded: () => ended !== undefined,
    close(reason) {
      closing ??= shut(reason);
      return closing;
    },
  };
}

const unless = (excused: () => boolean) => (error: unknown) => {
  if (!excused()) throw error;
};
