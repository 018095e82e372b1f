import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { writeEmptyDatabase } from "../../test/database.ts";
import type { Job, LeasedJob } from "../jobs/types.ts";
import { endLeases, jobLeases } from "./leases.ts";
import { openQueue, type Queue } from "./open.ts";
import { workAheadIn } from "./reader.ts";
import { readJob, readWork } from "./rows.ts";
import { stopJob } from "./stop.ts";
import { type NewJob, type Submission, submitJob } from "./submit.ts";

const databaseUrl = process.env["AQUATINT_TEST_DATABASE_URL"];
let folder: string;
let queue: Queue;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aquatint-queue-"));
  await writeEmptyDatabase(folder);
  queue = await openQueue({ data: folder, databaseUrl }, (error) => {
    throw error;
  });
});
afterAll(async () => {
  await queue[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  await queue.database.query(
    "DELETE FROM aquatint.jobs; DELETE FROM aquatint.workers; DELETE FROM pgboss.job; UPDATE aquatint.clock SET turn = 0",
  );
});

const limits = { maxQueued: 50, maxQueuedPerUser: 40 };
const submit = (owner: string, fields: Partial<NewJob> = {}, maxima = limits): Promise<Submission> => {
  const base = {
    id: randomUUID(),
    owner,
    surface: "jobs",
    kind: "text-to-image",
    model: "tiny",
    request: {},
    units: 1,
  };
  return submitJob({ ...queue, limits: maxima }, { ...base, limited: false, requestHash: "", ...fields });
};
async function added(owner: string, fields: Partial<NewJob> = {}): Promise<Job> {
  const submission = await submit(owner, fields);
  if (submission.type === "added") return submission.job;
  throw new Error(submission.type);
}
const leases = () => jobLeases({ ...queue, leaseSeconds: 30 });
const worker = (models: readonly string[] = []) => ({ id: "worker", models });
async function take(models: readonly string[] = []): Promise<LeasedJob> {
  const job = await leases().take(worker(models));
  if (job) return job;
  throw new Error("no job waits");
}
const done = { state: "done", result: { files: [], model: "tiny", interrupted: false, seconds: 1 } } as const;
const stateOf = async ({ id }: Pick<Job, "id">) => (await readJob(queue.database, id))?.state;
const expireLeases = () => queue.database.query("UPDATE aquatint.jobs SET lease_until = now() - interval '1 second'");

test("who has few jobs waiting is not kept waiting by who has many, and nobody for ever", async () => {
  for (let i = 0; i < 6; i++) await added("many");
  await added("few");
  const owners: string[] = [];
  for (let i = 0; i < 3; i++) owners.push((await take()).owner);
  await added("few");
  for (let i = 0; i < 5; i++) owners.push((await take()).owner);
  expect(owners).toEqual(["many", "few", "many", "many", "few", "many", "many", "many"]);
});

test("a worker gets the jobs of the model that it has loaded before those of the same turn, and others when they are due", async () => {
  for (const [i, model] of ["a", "b", "b", "b", "b"].entries()) await added(`user ${i}`, { model });
  await queue.database.query("UPDATE aquatint.jobs SET turn = 4 WHERE owner = 'user 4'");
  const models: string[] = [];
  for (let i = 0; i < 5; i++) models.push((await take(["b"])).model);
  expect(models).toEqual(["b", "b", "b", "a", "b"]);
});

test("a new job is left to an idle worker that has its model loaded, until that one is busy or gone", async () => {
  const ask = (id: string, ...models: readonly string[]) => leases().take({ id, models });
  const unseen = (id: string) =>
    queue.database.query("UPDATE aquatint.workers SET seen_at = now() - interval '1 minute' WHERE id = $1", [id]);
  expect([await ask("warm", "a"), await ask("cold", "b")]).toEqual([undefined, undefined]);
  await added("user", { model: "a" });
  await added("user", { model: "a" });
  expect(await ask("cold", "b")).toBeUndefined();
  const changes = queue.feed.watchQueued();
  expect(await ask("warm", "a")).toMatchObject({ model: "a" });
  await changes.next(60_000); // the other is free for who left it
  expect(await ask("cold", "b")).toMatchObject({ model: "a" });
  changes.stop();
  await added("user", { model: "c" });
  expect(await ask("third", "c")).toMatchObject({ model: "c" });
  await endLeases(queue, "third");
  expect(await ask("fourth")).toMatchObject({ model: "c" }); // again, and "third" is gone
  await ask("fifth", "d");
  await added("user", { model: "d" });
  expect(await ask("sixth")).toBeUndefined();
  await unseen("fifth");
  expect(await ask("sixth")).toMatchObject({ model: "d" });
  await ask("seventh", "e");
  await added("user", { model: "e" });
  expect(await ask("eighth")).toBeUndefined();
  await queue.database.query("UPDATE aquatint.jobs SET created_at = now() - interval '2 seconds'");
  expect(await ask("eighth")).toMatchObject({ model: "e" });
});

test("a job is given to one of many workers that ask at once, and ends once", async () => {
  const jobs = await Promise.all(Array.from({ length: 8 }, (_, i) => added(`user ${i}`)));
  const leased = (await Promise.all(Array.from({ length: 12 }, () => leases().take(worker())))).flatMap(
    (job) => job ?? [],
  );
  expect(leased.map(({ id }) => id).sort()).toEqual(jobs.map(({ id }) => id).sort());
  const [job] = leased as [LeasedJob];
  const ends = await Promise.all([1, 2, 3].map(() => leases().finish({ id: job.id, lease: job.lease, outcome: done })));
  expect(ends.filter(Boolean)).toHaveLength(1);
});

test("a job whose lease ended runs again, once; what the first worker made counts for nothing", async () => {
  await added("user");
  const first = await take();
  expect(await leases().take(worker())).toBeUndefined();
  await leases().report({ id: first.id, lease: first.lease });
  expect(await endLeases(queue)).toBe(0);
  await expireLeases();
  expect(await endLeases(queue)).toBe(1);
  const second = await take();
  expect(second).toMatchObject({ id: first.id, attempts: 2 });
  expect(await leases().report({ id: first.id, lease: first.lease })).toEqual({ lost: true, stop: null });
  expect(await leases().finish({ id: first.id, lease: first.lease, outcome: done })).toBe(false);
  await expireLeases();
  await endLeases(queue);
  expect(await readJob(queue.database, first.id)).toMatchObject({
    state: "failed",
    error: { code: "job/worker-lost" },
  });
  expect(await leases().take(worker())).toBeUndefined();
});

test("a worker that shuts down gives its job back without an attempt", async () => {
  const { id } = await added("user");
  for (let i = 0; i < 3; i++) {
    const job = await take();
    expect(job).toMatchObject({ id, attempts: 1 });
    await leases().giveBack(job);
  }
  await take();
});

test("the leases of a worker that is gone end at once", async () => {
  await added("user");
  await take();
  expect(await endLeases(queue, "another")).toBe(0);
  expect(await endLeases(queue, "worker")).toBe(1);
});

test("a waiting job is canceled at once, a running one by its worker, and one whose worker is lost then does not run again", async () => {
  const [waiting, running] = [await added("user"), await added("user")];
  expect(await stopJob(queue, { id: waiting.id, owner: "another", stop: "cancel" })).toBe(false);
  expect(await stopJob(queue, { id: waiting.id, owner: "user", stop: "cancel" })).toBe(true);
  expect(await stateOf(waiting)).toBe("canceled");
  const job = await take();
  expect(job.id).toBe(running.id);
  await stopJob(queue, { id: job.id, owner: "user", stop: "cancel" });
  expect(await leases().report({ id: job.id, lease: job.lease })).toEqual({ lost: false, stop: "cancel" });
  await expireLeases();
  await endLeases(queue);
  expect(await stateOf(job)).toBe("canceled");
  expect(await stopJob(queue, { id: job.id, owner: "user", stop: "cancel" })).toBe(false);
});

test("a skip is told once", async () => {
  await added("user");
  const { id, lease } = await take();
  await stopJob(queue, { id, owner: "user", stop: "skip" });
  expect((await leases().report({ id, lease })).stop).toBe("skip");
  expect((await leases().report({ id, lease })).stop).toBeNull();
});

test("the same key of an owner gives the same job, also at once", async () => {
  const submissions = await Promise.all(Array.from({ length: 5 }, () => submit("user", { idempotencyKey: "k" })));
  expect(submissions.map(({ type }) => type).sort()).toEqual(["added", "known", "known", "known", "known"]);
  expect((await submit("another", { idempotencyKey: "k" })).type).toBe("added");
});

test("limits hold for jobs that are submitted at once", async () => {
  const maxima = { maxQueued: 5, maxQueuedPerUser: 3 };
  const mine = await Promise.all(Array.from({ length: 6 }, () => submit("user", {}, maxima)));
  expect(mine.filter(({ type }) => type === "added")).toHaveLength(3);
  expect(mine.at(-1)).toEqual({ type: "full", limit: "user" });
  const all = await Promise.all(["a", "b", "c"].map((owner) => submit(owner, {}, maxima)));
  expect(all.filter(({ type }) => type === "added")).toHaveLength(2);
  expect(all.at(-1)).toEqual({ type: "full", limit: "all" });
});

test("the work ahead is what waits before a job and the rest of what runs", async () => {
  await added("a", { units: 8 });
  await added("b", { units: 2 });
  const last = await added("b", { units: 100 });
  const { id, lease } = await take();
  const progress = { image: 0, images: 1, step: 1, steps: 4, share: 0.25 };
  await leases().report({ id, lease, progress });
  expect(workAheadIn(await readWork(queue.database), last)).toEqual({ jobs: 1, units: 8 });
});

test("a text that databases cannot keep is refused, and one that only looks so is kept", async () => {
  const refused = { code: "request/text" };
  await expect(submit("user", { task: "a\0b" })).rejects.toMatchObject(refused);
  await expect(submit("user", { request: { prompt: "a\0b" } })).rejects.toMatchObject(refused);
  for (const half of ["\ud800", "a\udfff"]) {
    await expect(submit("user", { task: half })).rejects.toMatchObject(refused);
    await expect(submit("user", { request: { prompt: half } })).rejects.toMatchObject(refused);
  }
  expect(await added("user", { request: { prompt: "\\ud800 😀" } })).toMatchObject({
    request: { prompt: "\\ud800 😀" },
  });
  expect(await added("user", { request: { prompt: "a\\u0000b" } })).toMatchObject({ request: { prompt: "a\\u0000b" } });
});

test("a worker that waits is woken by jobs that wait, not by the progress of others", async () => {
  const changes = queue.feed.watchQueued();
  const wakings = async (action: () => Promise<unknown>): Promise<boolean> => {
    let isAwake = false;
    const stop = new AbortController();
    const waiting = changes.next(60_000, stop.signal).then(() => {
      isAwake = !stop.signal.aborted;
    });
    await action();
    const fence = queue.feed.watch("fence");
    await queue.database.query("SELECT pg_notify('aquatint_jobs', 'fence')");
    await fence.next(60_000);
    fence.stop();
    stop.abort();
    await waiting;
    return isAwake;
  };
  expect(await wakings(() => added("ann"))).toBe(true);
  let job: LeasedJob | undefined;
  const progress = { image: 0, images: 1, step: 1, steps: 2, share: 0.5 };
  expect(await wakings(async () => (job = await take()))).toBe(false);
  const { id = "", lease = "" } = job ?? {};
  expect(await wakings(() => leases().report({ id, lease, progress }))).toBe(false);
  expect(await wakings(() => leases().giveBack({ id, lease }))).toBe(true);
  const again = await take();
  await expireLeases();
  expect(await wakings(() => endLeases(queue))).toBe(true);
  const last = await take();
  expect(last.id).toBe(again.id);
  expect(await wakings(() => leases().finish({ ...last, outcome: done }))).toBe(false);
  changes.stop();
});
