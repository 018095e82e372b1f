import { Worker } from "node:worker_threads";
import { AquatintError, type ErrorCode, messageOf } from "aquatint";
import type { ThreadData, ThreadFailure, ThreadMessage } from "./messages.ts";

/** A thread that answers calls, and is started again where it ends by itself. */
export interface Thread<Request> {
  /** Asks the thread. @throws what it failed with; AquatintError where it ended before the answer. */
  ask(request: Request): Promise<unknown>;
  /** Ends it, after `last` was answered where it is given. */
  close(last?: Request): Promise<void>;
}

/** How a thread is started. */
export interface ThreadOptions<Request> {
  /** Its module, `new URL("./x.ts", import.meta.url)`. */
  readonly script: URL;
  readonly data: unknown;
  /** "the database" */
  readonly name: string;
  /** Code of the error of calls that it did not answer. */
  readonly code: ErrorCode;
  readonly onNotice?: ((notice: unknown) => void) | undefined;
  /** Calls that every thread but the first answers before others, and what follows them. */
  readonly onRestart?: ((ask: Thread<Request>["ask"]) => Promise<unknown>) | undefined;
  /** Gets the reason where it ended by itself. */
  readonly onLost?: ((error: AquatintError) => void) | undefined;
}

/** Milliseconds before a thread that ended soon after its start is started again, doubled up to a minute. */
const RESTART = 250;
const RESTART_MOST = 60_000;
/** Milliseconds that a thread must live to be started again at once. */
const ALIVE = 10_000;

/** Starts a thread. */
export function startThread<Request>(options: ThreadOptions<Request>): Thread<Request> {
  const calls = pendingCalls();
  let worker: Worker | undefined;
  let lost = new AquatintError(options.code, `${options.name} has ended`, { hint: "start the server again" });
  let [pause, closed] = [RESTART, false];
  let timer: NodeJS.Timeout | undefined;
  const ask = (request: Request): Promise<unknown> => (worker ? calls.send(worker, request) : Promise.reject(lost));
  const end = (cause: unknown, born: number): void => {
    worker = undefined;
    lost = lostError(options, cause);
    calls.fail(lost);
    if (closed) return;
    options.onLost?.(lost);
    const isOld = Date.now() - born > ALIVE;
    timer = setTimeout(restart, isOld ? 0 : pause);
    pause = isOld ? RESTART : Math.min(RESTART_MOST, 2 * pause);
  };
  const start = (): void => {
    worker = openWorker(options, end);
    worker.on("message", (message: ThreadMessage) => {
      if ("notice" in message) options.onNotice?.(message.notice);
      else calls.settle(message);
    });
  };
  const restart = (): void => {
    start();
    options.onRestart?.(ask).catch(() => {}); // it ended again, which is told by itself
  };
  start();
  return {
    ask,
    async close(last) {
      if (last !== undefined) await ask(last).catch(() => {}); // one that ended is closed
      closed = true;
      clearTimeout(timer);
      await worker?.terminate();
    },
  };
}

interface PendingCall {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Calls that wait for their answers, by their numbers. */
function pendingCalls() {
  const pending = new Map<number, PendingCall>();
  let last = 0;
  return {
    send: (worker: Worker, request: unknown): Promise<unknown> =>
      new Promise((resolve, reject) => {
        pending.set(++last, { resolve, reject });
        worker.postMessage({ call: last, request });
      }),
    settle(message: Exclude<ThreadMessage, { readonly notice: unknown }>): void {
      const call = pending.get(message.call);
      pending.delete(message.call);
      if ("failure" in message) call?.reject(errorOf(message.failure));
      else call?.resolve(message.value);
    },
    fail(error: Error): void {
      for (const { reject } of pending.values()) reject(error);
      pending.clear();
    },
  };
}

/** A worker whose end is told once, with its reason. */
function openWorker(
  { script, data }: Pick<ThreadOptions<never>, "script" | "data">,
  onEnd: (cause: unknown, born: number) => void,
): Worker {
  const isSource = script.pathname.endsWith(".ts");
  const workerData: ThreadData = { script: script.href, data };
  const worker = new Worker(isSource ? new URL("./source.mjs", import.meta.url) : script, { execArgv: [], workerData });
  const born = Date.now();
  let cause: unknown;
  worker.on("error", (error) => {
    cause = error;
  });
  worker.on("exit", (code) => onEnd(cause ?? new Error(`exit code ${code}`), born));
  return worker;
}

const lostError = ({ name, code }: Pick<ThreadOptions<never>, "name" | "code">, cause: unknown): AquatintError =>
  new AquatintError(code, `${name} ended: ${messageOf(cause)}`, {
    hint: "it is started again; try again, and look into the log where it ends again",
    cause,
  });

/** A failure as the error that it was. */
function errorOf({ message, code, hint, stack }: ThreadFailure): Error {
  if (hint !== undefined) return new AquatintError(code as ErrorCode, message, { hint: hint || undefined });
  return Object.assign(new Error(message), { code, ...(stack !== undefined && { stack }) });
}
