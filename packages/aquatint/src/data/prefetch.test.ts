import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDataset } from "./dataset.node.ts";
import type { Batch, Dataset } from "./dataset.ts";
import { type PrefetchedDataset, prefetchedDataset } from "./prefetch.node.ts";
import { type BatchRequest, prefetchedStream } from "./prefetch.ts";

const config = { name: "digits", digits: [1, 2, 3] };
let inline: Dataset;
let ahead: PrefetchedDataset;
beforeAll(async () => {
  [inline, ahead] = await Promise.all([openDataset(config), prefetchedDataset(config)]);
});
afterAll(() => ahead[Symbol.asyncDispose]());

describe("a dataset in a thread", () => {
  test("says of itself what it says without", () => {
    expect(ahead.name).toBe(inline.name);
    expect(ahead.size).toEqual(inline.size);
    expect([...ahead.captions()]).toEqual([...inline.captions()]);
  });

  test("gives the same samples, whatever the batch sizes", async () => {
    for (const split of ["train", "held-out"] as const) {
      const [a, b] = [inline.stream({ seed: 3, split }), ahead.stream({ seed: 3, split })];
      for (const size of [4, 4, 4, 1, 7, 7]) expect(await b.next(size)).toEqual(await a.next(size));
      expect(b.snapshot()).toEqual(a.snapshot());
    }
  });

  test("goes on from a snapshot of either", async () => {
    const stream = inline.stream({ seed: 5 });
    await stream.next(9);
    const state = JSON.parse(JSON.stringify(stream.snapshot()));
    const other = ahead.stream({ seed: 0 });
    await other.next(3);
    other.restore(state);
    expect(await other.next(5)).toEqual(await stream.next(5));
  });

  test("fails as it does without", async () => {
    await expect(prefetchedDataset({ name: "digit" })).rejects.toMatchObject({ code: "config/invalid" });
    const stream = ahead.stream({ seed: 1 });
    await expect(stream.next(0)).rejects.toMatchObject({ code: "data/batch-size" });
    expect((await stream.next(2)).captions.length).toBe(2);
  });
});

test("asks for two batches more than it gives, and again where the reader has moved", async () => {
  const requests: BatchRequest[] = [];
  const fetch = async (request: BatchRequest): Promise<Batch<number>> => {
    requests.push(request);
    return { images: new Float32Array(), captions: [], truths: [request.state.position] };
  };
  const stream = prefetchedStream(fetch, { seed: 1 });
  const positions = async (batchSize: number) => (await stream.next(batchSize)).truths[0];
  expect(await positions(4)).toBe(0);
  expect(requests.map((r) => r.state.position)).toEqual([0, 4, 8]);
  expect(await positions(4)).toBe(4);
  expect(requests.length).toBe(4);
  expect(await positions(2)).toBe(8);
  expect(requests.slice(4).map((r) => [r.state.position, r.batchSize])).toEqual([
    [8, 2],
    [10, 2],
    [12, 2],
  ]);
  stream.restore({ seed: 2, position: 100 });
  expect(await positions(2)).toBe(100);
  expect(requests.at(-1)!.state).toEqual({ seed: 2, position: 104 });
});

test("a thread that is gone is an error, not an endless wait", async () => {
  const dataset = await prefetchedDataset(config);
  const stream = dataset.stream({ seed: 1 });
  await dataset[Symbol.asyncDispose]();
  await expect(stream.next(1)).rejects.toMatchObject({ code: "data/worker" });
});
