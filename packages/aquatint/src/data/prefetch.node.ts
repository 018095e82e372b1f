import { Worker } from "node:worker_threads";
import { AquatintError, messageOf } from "../errors.ts";
import { workerScript } from "../util/worker-script.node.ts";
import type { NodeDataOptions } from "./dataset.node.ts";
import type { Dataset } from "./dataset.ts";
import { prefetchedStream } from "./prefetch.ts";
import type { PrefetchAnswer, PrefetchRequest } from "./prefetch-protocol.ts";

/** A dataset whose samples are made in a thread of their own. */
export interface PrefetchedDataset extends Dataset, AsyncDisposable {}

type Ask = PrefetchRequest extends infer R ? (R extends { id: number } ? Omit<R, "id"> : never) : never;

/**
 * The dataset of a config, opened in a worker thread that makes the next batches while the program does something else.
 * Its samples are those of `openDataset`. @throws AquatintError as `openDataset` does.
 */
export async function prefetchedDataset(config: unknown, options: NodeDataOptions = {}): Promise<PrefetchedDataset> {
  const worker = startWorker();
  try {
    const opened = await worker.ask({ open: config, cacheFolder: options.cacheFolder });
    const { captions, ...facts } = (opened as Extract<PrefetchAnswer, { facts: unknown }>).facts;
    const fetch = async (batch: Parameters<Parameters<typeof prefetchedStream>[0]>[0]) =>
      ((await worker.ask({ batch })) as Extract<PrefetchAnswer, { batch: unknown }>).batch;
    return {
      ...facts,
      captions: () => captions,
      stream: (options) => prefetchedStream(fetch, options),
      [Symbol.asyncDispose]: worker.end,
    };
  } catch (error) {
    await worker.end();
    throw error;
  }
}

interface Waiting {
  resolve(answer: PrefetchAnswer): void;
  reject(error: unknown): void;
}

/** The process may not end while an answer is due: batches that are made ahead take milliseconds. */
function startWorker() {
  const worker = new Worker(workerScript({ folder: "data", from: import.meta.url }), { execArgv: [] });
  const waiting = new Map<number, Waiting>();
  let nextId = 0;
  const settle = (id: number): Waiting | undefined => {
    const waiter = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) worker.unref();
    return waiter;
  };
  worker.on("message", (answer: PrefetchAnswer) => {
    const caller = settle(answer.id);
    if (!("failure" in answer)) return caller?.resolve(answer);
    const { code, message, hint } = answer.failure;
    caller?.reject(new AquatintError(code, message, hint === undefined ? {} : { hint }));
  });
  let dead: AquatintError | undefined;
  const died = (cause: unknown): void => {
    dead ??= new AquatintError("data/worker", `the thread that makes the samples ended: ${messageOf(cause)}`, {
      cause,
    });
    for (const id of [...waiting.keys()]) settle(id)?.reject(dead);
  };
  worker.on("error", died);
  worker.on("exit", (code) => died(new Error(`exit code ${code}`)));
  return {
    ask: (what: Ask): Promise<PrefetchAnswer> =>
      new Promise((resolve, reject) => {
        if (dead) return reject(dead);
        const id = nextId++;
        waiting.set(id, { resolve, reject });
        worker.ref();
        worker.postMessage({ id, ...what });
      }),
    async end(): Promise<void> {
      await worker.terminate();
    },
  };
}
