import { required } from "../util/items.ts";
import type { Batch, DataStream, Split, StreamOptions, StreamState } from "./dataset.ts";

/** Asks for the samples from a state on; whoever answers keeps no state, so that several may be asked for at once. */
export type FetchBatch<Truth> = (request: BatchRequest) => Promise<Batch<Truth>>;

/** Which samples to make. */
export interface BatchRequest {
  readonly split: Split;
  readonly state: StreamState;
  readonly batchSize: number;
}

/** A stream whose next `ahead` batches are asked for before they are wanted; it gives what it would give without. */
export function prefetchedStream<Truth>(
  fetch: FetchBatch<Truth>,
  { seed, split = "train", ahead = 2 }: StreamOptions & { readonly ahead?: number },
): DataStream<Truth> {
  let state: StreamState = { seed, position: 0 };
  let queue: (BatchRequest & { readonly batch: Promise<Batch<Truth>> })[] = [];
  const ask = (from: StreamState, batchSize: number) => {
    const request = { split, state: from, batchSize };
    const batch = fetch(request);
    batch.catch(() => {}); // whoever takes it from the queue sees it
    queue.push({ ...request, batch });
  };
  return {
    async next(batchSize) {
      const head = queue[0];
      const fits = head?.batchSize === batchSize && head.state.position === state.position;
      if (!fits) queue = [];
      const { seed, position } = state;
      const later = (batches: number): StreamState => ({ seed, position: position + batches * batchSize });
      while (queue.length <= ahead) ask(later(queue.length), batchSize);
      const batch = await required(queue.shift(), "batch").batch;
      state = later(1);
      return batch;
    },
    snapshot: () => state,
    restore(from) {
      state = from;
      queue = [];
    },
  };
}
