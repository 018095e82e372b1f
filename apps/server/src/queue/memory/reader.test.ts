import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeEmptyDatabase } from "../../../test/database.ts";
import type { LeasedJob } from "../../jobs/types.ts";
import { forgetOldJobs } from "../../operate/housekeeping.ts";
import { folderStore } from "../../storage/folder.ts";
import type { Database } from "../database.ts";
import { endLeases, jobLeases } from "../leases.ts";
import { openQueue, type Queue } from "../open.ts";
import { databaseReader, workAheadIn } from "../reader.ts";
import { readJob, readWork } from "../rows.ts";
import { stopJob } from "../stop.ts";
import { submitJob } from "../submit.ts";
import { memoryReader } from "./reader.ts";

let folder: string;
let queue: Queue;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aquatint-reader-"));
  await writeEmptyDatabase(folder);
  queue = await openQueue({ data: folder }, (error) => {
    throw error;
  });
});
afterAll(async () => {
  await queue[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function added(owner: string, units = 1): Promise<string> {
  const job = { id: randomUUID(), owner, surface: "jobs", kind: "text-to-image", model: "tiny", request: {}, units };
  const limits = { maxQueued: 50, maxQueuedPerUser: 50 };
  await submitJob({ ...queue, limits }, { ...job, limited: false, requestHash: "" });
  return job.id;
}

/** The job is read as the database has it, and so is what is ahead of it. */
async function expectCurrent(id: string): Promise<void> {
  const stored = await readJob(queue.database, id);
  const read = await queue.reader.read(id);
  expect(read).toEqual(stored);
  if (stored?.state === "queued")
    expect(await queue.reader.ahead(stored)).toEqual(workAheadIn(await readWork(queue.database), stored));
}

const done = { state: "done", result: { files: [], model: "tiny", interrupted: false, seconds: 1 } } as const;
const progress = { image: 0, images: 1, step: 1, steps: 4, share: 0.25 };

test("a job is read after each of its changes as the database has it", async () => {
  const leases = jobLeases({ ...queue, leaseSeconds: 30 });
  const ids = [await added("a", 8), await added("b", 2), await added("b", 3)];
  let job: Pick<LeasedJob, "id" | "owner" | "lease"> = { id: "", owner: "", lease: "" };
  const steps: (() => Promise<unknown>)[] = [
    async () => {
      job = (await leases.take({ id: "worker", models: [] })) ?? job;
    },
    () => leases.report({ ...job, progress }),
    () => stopJob(queue, { ...job, stop: "skip" }),
    () => endLeases(queue, "worker"),
    async () => {
      job = (await leases.take({ id: "worker", models: [] })) ?? job;
    },
    () => leases.giveBack(job),
    async () => {
      job = (await leases.take({ id: "worker", models: [] })) ?? job;
    },
    () => leases.report({ ...job, progress }),
    () => leases.finish({ ...job, outcome: done }),
    () => stopJob(queue, { id: ids.find((id) => id !== job.id) ?? "", owner: "b", stop: "cancel" }),
    async () => forgetOldJobs({ ...queue, store: await folderStore(join(folder, "files")), keepHours: 0 }),
  ];
  for (const step of steps) {
    await step();
    for (const id of ids) await expectCurrent(id);
  }
  expect(await queue.reader.read(job.id)).toBeUndefined();
});

test("jobs that do not change are read without queries, and those that changed together in one", async () => {
  let queries = 0;
  const database: Database = {
    ...queue.database,
    query(text, values) {
      queries++;
      return queue.database.query(text, values);
    },
  };
  const before = [await added("c"), await added("c")];
  const reader = await memoryReader(database, queue.feed);
  const after = await Promise.all(Array.from({ length: 6 }, () => added("d")));
  await Promise.all([...before, ...after].map((id) => reader.read(id)));
  const atStart = queries;
  for (let i = 0; i < 20; i++) await Promise.all([...before, ...after].map((id) => reader.read(id)));
  expect(queries).toBe(atStart);
  const ids = Array.from({ length: 9 }, () => randomUUID());
  expect(await Promise.all(ids.map((id) => reader.read(id)))).toEqual(ids.map(() => undefined));
  expect(queries).toBe(atStart + 1);
});

test("a job whose reading failed is read again", async () => {
  let fails = true;
  const database: Database = {
    ...queue.database,
    query(text, values) {
      if (fails && text.includes("ANY")) return Promise.reject(new Error("it failed"));
      return queue.database.query(text, values);
    },
  };
  const reader = await memoryReader(database, queue.feed);
  const id = await added("e");
  await expect(reader.read(id)).rejects.toThrow("it failed");
  fails = false;
  expect(await reader.read(id)).toMatchObject({ id, owner: "e" });
});

test("where other processes change the database, it is asked each time", async () => {
  const id = await added("f");
  const reader = databaseReader(queue.database);
  expect(await reader.read(id)).toMatchObject({ owner: "f" });
  await queue.database.query("UPDATE aquatint.jobs SET owner = 'g' WHERE id = $1", [id]);
  expect(await reader.read(id)).toMatchObject({ owner: "g" });
});
