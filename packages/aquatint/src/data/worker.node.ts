import { parentPort } from "node:worker_threads";
import { AquatintError, messageOf } from "../errors.ts";
import { required } from "../util/items.ts";
import { openDataset } from "./dataset.node.ts";
import type { Dataset } from "./dataset.ts";
import type { PrefetchAnswer, PrefetchRequest } from "./prefetch-protocol.ts";

let dataset: Dataset | undefined;

async function answer(request: PrefetchRequest): Promise<PrefetchAnswer> {
  const { id } = request;
  try {
    if ("open" in request) {
      dataset = await openDataset(request.open, { cacheFolder: request.cacheFolder });
      const { captions, stream: _, ...facts } = dataset;
      return { id, facts: { ...facts, captions: [...captions()] } };
    }
    const { split, state, batchSize } = request.batch;
    const stream = required(dataset, "dataset").stream({ seed: state.seed, split });
    stream.restore(state);
    return { id, batch: await stream.next(batchSize) };
  } catch (error) {
    const { code, hint } = error instanceof AquatintError ? error : { code: "data/failed" as const, hint: undefined };
    return { id, failure: { code, message: messageOf(error), hint } };
  }
}

/** One after the other, so that the first that is wanted is the first that is made. */
let last: Promise<unknown> = Promise.resolve();
parentPort?.on("message", (request: PrefetchRequest) => {
  last = last.then(async () => {
    const reply = await answer(request);
    parentPort?.postMessage(reply, "batch" in reply ? [reply.batch.images.buffer as ArrayBuffer] : []);
  });
});
