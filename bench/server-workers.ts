import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { jobLeases } from "../apps/server/src/queue/leases.ts";
import { openQueue, type Queue } from "../apps/server/src/queue/open.ts";
import { submitJob } from "../apps/server/src/queue/submit.ts";
import { postgresCluster, postgresPrograms } from "../apps/server/test/postgres-cluster.ts";
import { workerExecArgv } from "../apps/server/test/test-server.ts";
import type { SimulatedWorker } from "./simulated-worker.ts";

const script = fileURLToPath(new URL("simulated-worker.ts", import.meta.url));

export interface ServerWorkersOptions {
  /** A PostgreSQL server with an empty database; one of its own, from the installed programs, if absent. */
  readonly databaseUrl?: string | undefined;
  /** Jobs of each run. */
  readonly jobs?: number;
}

/** Steps of a job and milliseconds of each: a job takes half a second. */
const STEPS = 20;
const STEP_TIME = 25;
/** Bytes of a preview: a PNG of 64 x 64 pixels. */
const PREVIEW = 9000;
/** Name of the workers' connections. */
const APPLICATION = "simulated";
/** Runs of one worker and of two, in alternation. */
const ROUNDS = 3;
const LIMITS = { maxQueued: 1e6, maxQueuedPerUser: 1e6 };

/**
 * Jobs a second of one and of two workers in processes of their own on PostgreSQL, whose steps are pauses and not computed; then
 * what the database does at most, and what each worker costs it.
 */
export async function serverWorkers({ databaseUrl, jobs = 30 }: ServerWorkersOptions = {}) {
  if (databaseUrl !== undefined) return measure(databaseUrl, jobs);
  if (postgresPrograms === undefined) throw new Error("PostgreSQL is not installed, and DATABASE_URL is not set");
  const folder = await mkdtemp(join(tmpdir(), "aquatint-workers-"));
  const cluster = await postgresCluster(folder);
  try {
    return await measure(cluster.url, jobs);
  } finally {
    await cluster[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(databaseUrl: string, jobs: number) {
  await using queue = await openQueue({ data: "", databaseUrl }, (error) => console.error(error.message));
  const run = { queue, databaseUrl, jobs };
  const rounds: { readonly single: WorkerFigures; readonly pair: WorkerFigures }[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    rounds.push({ single: await workerFigures(run, 1), pair: await workerFigures(run, 2) });
  }
  const ratios = rounds
    .map(({ single, pair }) => round(pair.jobsASecond / single.jobsASecond))
    .toSorted((a, b) => a - b);
  return {
    steps: STEPS,
    stepMilliseconds: STEP_TIME,
    jobs,
    rounds,
    ratios,
    ratio: ratios[Math.floor(ROUNDS / 2)],
    database: await databaseFigures(queue),
  };
}

interface Run {
  readonly queue: Queue;
  readonly databaseUrl: string;
  readonly jobs: number;
}

type WorkerFigures = Awaited<ReturnType<typeof workerFigures>>;

async function workerFigures({ queue, databaseUrl, jobs }: Run, count: number) {
  const url = new URL(databaseUrl);
  url.searchParams.set("application_name", APPLICATION);
  const options = { databaseUrl: url.href, steps: STEPS, stepTime: STEP_TIME, preview: PREVIEW };
  const workers = await Promise.all(
    Array.from({ length: count }, (_, i) => started({ ...options, id: `worker-${i}` })),
  );
  const idle = await connections(queue);
  const wal = await walPosition(queue);
  const start = performance.now();
  for (let i = 0; i < jobs; i++) await submit(queue, `user-${i % 5}`);
  let busy = 0;
  while ((await unfinished(queue)) > 0) {
    busy = Math.max(busy, await connections(queue));
    await setTimeout(20);
  }
  const seconds = (performance.now() - start) / 1000;
  const figures = {
    jobsASecond: round(jobs / seconds),
    connectionsAWorker: { idle: idle / count, busy: busy / count },
    walKilobytesAJob: Math.round(((await walPosition(queue)) - wal) / jobs / 1000),
  };
  await Promise.all(workers.map(stopped));
  return figures;
}

async function started(options: SimulatedWorker): Promise<ChildProcess> {
  const child = spawn(process.execPath, [...workerExecArgv, script, JSON.stringify(options)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  return child;
}

async function stopped(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}

const submit = (queue: Queue, owner: string) =>
  submitJob(
    { ...queue, limits: LIMITS },
    {
      ...{ id: randomUUID(), owner, surface: "jobs", kind: "text-to-image", model: "simulated", request: {} },
      ...{ limited: false, units: 1, requestHash: "" },
    },
  );

/** Calls a second, with so many under way at a time, for two seconds. */
async function rate(call: (i: number) => Promise<unknown>, parallel: number): Promise<number> {
  const end = performance.now() + 2000;
  let calls = 0;
  const loop = async (): Promise<void> => {
    while (performance.now() < end) await call(calls++);
  };
  await Promise.all(Array.from({ length: parallel }, loop));
  return Math.round(calls / 2);
}

/** What one process does with the database at most: each figure is calls a second. */
async function databaseFigures(queue: Queue) {
  const leases = jobLeases({ ...queue, leaseSeconds: 20 });
  const worker = { id: "bench", models: [] };
  const emptyTakes = await rate(() => leases.take(worker), 8);
  const submissions = await rate((i) => submit(queue, `user-${i % 50}`), 8);
  const outcome = { state: "done", result: { files: [], model: "simulated", interrupted: false, seconds: 1 } } as const;
  const jobs = await rate(async () => {
    const job = await leases.take(worker);
    if (job) await leases.finish({ id: job.id, lease: job.lease, outcome });
  }, 8);
  await submit(queue, "user-0");
  const job = await leases.take(worker);
  if (!job) throw new Error("no job waits");
  const renewals = await rate(() => leases.report({ id: job.id, lease: job.lease }), 8);
  return { emptyTakes, submissions, jobsTakenAndFinished: jobs, renewals };
}

const numberOf = async ({ database }: Queue, sql: string): Promise<number> =>
  Number((await database.query<{ readonly value: unknown }>(`SELECT (${sql}) AS value`))[0]?.value);

const unfinished = (queue: Queue) => numberOf(queue, "SELECT count(*) FROM aquatint.jobs WHERE finished_at IS NULL");
const connections = (queue: Queue) =>
  numberOf(queue, `SELECT count(*) FROM pg_stat_activity WHERE application_name = '${APPLICATION}'`);
const walPosition = (queue: Queue) => numberOf(queue, "pg_current_wal_lsn() - '0/0'::pg_lsn");

const round = (value: number): number => Math.round(100 * value) / 100;
