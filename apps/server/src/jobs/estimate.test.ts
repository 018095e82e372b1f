import { afterEach, expect, test, vi } from "vitest";
import type { Sql } from "../queue/database.ts";
import { estimateStart } from "./estimate.ts";
import type { Job } from "./types.ts";

afterEach(() => {
  vi.useRealTimers();
});

/** A database that knows one worker, which takes 100 s for a unit by its last jobs. */
const database = (): Sql => ({
  query: async <Row>(text: string) =>
    [text.includes("aquatint.workers") ? { count: 1, memory: 0, peakMemory: 0 } : { seconds: 100 }] as Row[],
});
const none = () => {
  throw new Error("not read");
};
const reader = { read: none, active: none, preview: none, ahead: async () => ({ jobs: 2, units: 3 }) };
const job = (fields: Partial<Job>) =>
  ({ id: "1", model: "tiny", units: 2, progress: null, startedAt: null, ...fields }) as Job;

test("a waiting job is estimated by the last jobs of its model, a running one by its own speed", async () => {
  vi.useFakeTimers();
  const estimate = (fields: Partial<Job>) => estimateStart({ database: database(), reader }, job(fields));
  expect(await estimate({ state: "queued" })).toEqual({ position: 2, startsIn: 300, doneIn: 500 });
  const startedAt = new Date(Date.now() - 10_000);
  expect(await estimate({ state: "running", startedAt })).toEqual({ position: 0, startsIn: 0, doneIn: 200 });
  const progress = { image: 0, images: 2, step: 10, steps: 20 };
  expect(await estimate({ state: "running", startedAt, progress })).toEqual({ position: 0, startsIn: 0, doneIn: 30 });
});
