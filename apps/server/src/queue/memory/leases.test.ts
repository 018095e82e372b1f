import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LeasedJob } from "../../jobs/types.ts";
import { endLeases } from "../leases.ts";
import { openQueue, type Queue } from "../open.ts";
import { readJob } from "../rows.ts";
import { stopJob } from "../stop.ts";
import { submitJob } from "../submit.ts";

let folder: string;
let queue: Queue;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aquatint-leases-"));
  queue = await openQueue({ data: folder }, (error) => {
    throw error;
  });
});
afterAll(async () => {
  await queue[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function added(owner: string): Promise<string> {
  const job = {
    id: randomUUID(),
    owner,
    surface: "a1111",
    kind: "text-to-image",
    model: "tiny",
    request: {},
    units: 1,
  };
  const limits = { maxQueued: 50, maxQueuedPerUser: 50 };
  await submitJob({ ...queue, limits }, { ...job, limited: false, requestHash: "" });
  return job.id;
}
const leases = (seconds = 30) => queue.leases(seconds);
async function take(all = leases()): Promise<LeasedJob> {
  const job = await all.take({ id: "worker", models: [] });
  if (job) return job;
  throw new Error("no job waits");
}
const at = (step: number) => ({ image: 0, images: 1, step, steps: 9, share: step / 9 });
const preview = new Uint8Array([1, 2, 3]);
const stored = async (id: string) => (await readJob(queue.database, id))?.progress;

test("progress and previews are told from memory, and the database has the first report and those that renew the lease", async () => {
  const all = leases();
  const id = await added("a");
  const job = await take(all);
  const changes = queue.feed.watch(id);
  for (const step of [1, 2])
    expect(await all.report({ ...job, progress: at(step), preview })).toEqual({ lost: false, stop: null });
  await queue.reader.read(id); // what the lease changed is read
  expect(await all.report({ ...job, progress: at(3) })).toEqual({ lost: false, stop: null });
  await changes.next(60_000);
  expect(await queue.reader.read(id)).toMatchObject({ state: "running", progress: at(3) });
  expect(await queue.reader.active("a")).toMatchObject([{ id, progress: at(3) }]);
  expect(await queue.reader.preview(id)).toEqual(preview);
  expect(await stored(id)).not.toMatchObject({ step: 3 });
  const eager = leases(0); // its leases are due at once
  const other = await added("a");
  const renewed = await take(eager);
  await eager.report({ ...renewed, progress: at(4) });
  expect([renewed.id, await stored(other)]).toEqual([other, at(4)]);
  expect(await eager.finish({ ...renewed, outcome: { state: "canceled" } })).toBe(true); // else its lease ends
});

test("a stop is told at the next report, and a skip once", async () => {
  const all = leases();
  const id = await added("b");
  const job = await take(all);
  await all.report({ ...job, progress: at(1) });
  await stopJob(queue, { id, owner: "b", stop: "skip" });
  expect((await all.report({ ...job, progress: at(2) })).stop).toBe("skip");
  expect((await all.report({ ...job, progress: at(3) })).stop).toBeNull();
  await stopJob(queue, { id, owner: "b", stop: "interrupt" });
  expect((await all.report({ ...job, progress: at(4) })).stop).toBe("interrupt");
});

test("what a lost worker reported is not the progress of the next run", async () => {
  const all = leases();
  const id = await added("c");
  const first = await take(all);
  await all.report({ ...first, progress: at(5), preview });
  await queue.database.query("UPDATE aquatint.jobs SET lease_until = now() - interval '1 second' WHERE id = $1", [id]);
  await endLeases(queue);
  expect(await queue.reader.read(id)).toMatchObject({ state: "queued", progress: null });
  expect(await queue.reader.preview(id)).toBeUndefined();
  expect(await all.report({ ...first, progress: at(6) })).toEqual({ lost: true, stop: null });
  const second = await take(all);
  expect([second.id, await queue.reader.read(id)]).toEqual([
    id,
    expect.objectContaining({ progress: null, attempts: 2 }),
  ]);
  expect(await all.report({ ...first, progress: at(7) })).toEqual({ lost: true, stop: null });
  await all.report({ ...second, progress: at(1) });
  expect(await queue.reader.read(id)).toMatchObject({ progress: at(1) });
});
