import { openDataset } from "../packages/aquatint/src/data/dataset.node.ts";
import type { DataStream } from "../packages/aquatint/src/data/dataset.ts";
import { prefetchedDataset } from "../packages/aquatint/src/data/prefetch.node.ts";

const CONFIG = { name: "emoji-scenes", size: 64 };
const [BATCH, STEPS, WARM] = [64, 40, 10];
/** A step of a small network: what the thread that trains does between two batches, here nothing. */
const STEP_MS = 400;

/** Scenes of 64 x 64 in batches of 64: time to make one, and the share of a loop of 400-ms steps that waits for them. */
export async function dataBench(): Promise<object> {
  const inline = await openDataset(CONFIG);
  await using ahead = await prefetchedDataset(CONFIG);
  const stream = inline.stream({ seed: 1 });
  for (let i = 0; i < WARM; i++) await stream.next(BATCH);
  const before = process.cpuUsage();
  const start = performance.now();
  for (let i = 0; i < STEPS; i++) await stream.next(BATCH);
  const { user, system } = process.cpuUsage(before);
  const scenes = STEPS * BATCH;
  return {
    sceneMs: rounded((performance.now() - start) / scenes),
    sceneCpuMs: rounded((user + system) / 1000 / scenes),
    waitShareInline: rounded(await waitShare(inline.stream({ seed: 2 }))),
    waitSharePrefetched: rounded(await waitShare(ahead.stream({ seed: 2 }))),
  };
}

/** The share of the loop's time in which it waits for its next batch. */
async function waitShare(stream: DataStream<unknown>): Promise<number> {
  await stream.next(BATCH);
  let waited = 0;
  const start = performance.now();
  for (let i = 0; i < STEPS; i++) {
    const requested = performance.now();
    await stream.next(BATCH);
    waited += performance.now() - requested;
    await new Promise((done) => setTimeout(done, STEP_MS));
  }
  return waited / (performance.now() - start);
}

const rounded = (value: number): number => Number(value.toPrecision(3));
