import { randomUUID } from "node:crypto";
import type { JobFailure, JobOutcome, JobProgress, LeasedJob, ProcessMemory, StopRequest } from "../jobs/types.ts";
import type { Boss } from "./boss.ts";
import type { Database, Sql } from "./database.ts";
import { JOBS_CHANNEL, jobColumns, notify, notifyQueued, QUEUED_CHANNEL } from "./rows.ts";

/** A worker as it takes jobs. */
export interface WorkerState {
  readonly id: string;
  /** Models that it has loaded: their jobs go to it before others. */
  readonly models: readonly string[];
  readonly memory?: ProcessMemory | undefined;
}

/** News of a running job. */
export interface JobReport {
  readonly id: string;
  readonly lease: string;
  readonly progress?: (JobProgress & { readonly share: number }) | undefined;
  /** A PNG file. */
  readonly preview?: Uint8Array | undefined;
  /** Memory of the worker's process. */
  readonly memory?: ProcessMemory | undefined;
}

/** The answer to a report: what the owner wants, or that the lease ended and the job is another worker's. */
export type ReportAnswer = { readonly lost: boolean; readonly stop: StopRequest | null };

/** The end of a job by its worker. */
export interface JobEnd {
  readonly id: string;
  readonly lease: string;
  readonly outcome: JobOutcome;
  /** Its progress at the end; the last report's when absent. */
  readonly progress?: JobProgress | null | undefined;
}

/** What a worker does with the queue. */
export interface JobLeases {
  /** Takes the next job; undefined where none waits. */
  take(worker: WorkerState): Promise<LeasedJob | undefined>;
  /** Renews the lease of a job and keeps its progress. */
  report(report: JobReport): Promise<ReportAnswer>;
  /** Ends a job; false where the lease ended before: what was made then counts for nothing. */
  finish(end: JobEnd): Promise<boolean>;
  /** Puts a job back without counting the attempt, for a worker that shuts down. */
  giveBack(job: { readonly id: string; readonly lease: string }): Promise<void>;
}

/** Turns that a job of a loaded model may be ahead of its place. */
const LOADED_BONUS = 2;
/** Seconds that a new job is left to another worker that has its model loaded and nothing to do. */
const LEFT_SECONDS = 1;
/** Seconds without news after which such a worker does not count: idle ones ask every 5 seconds. */
const IDLE_SECONDS = 10;
const IDLE_WITH_MODEL = `SELECT FROM aquatint.workers AS other WHERE other.id <> $2 AND other.models ? job.model
  AND other.seen_at > now() - interval '${IDLE_SECONDS} seconds'
  AND NOT EXISTS (SELECT FROM aquatint.jobs AS run WHERE run.state = 'running' AND run.worker = other.id)`;
/** Seconds that the row of a worker that reports is left as it is. */
const SEEN_SECONDS = 5;
const LOST: JobFailure = {
  code: "job/worker-lost",
  message: "the worker was lost twice while it ran the job",
  hint: "submit it again; if it is lost again, ask the operator for the log of the workers",
};

interface LeaseOptions {
  readonly database: Database;
  readonly boss: Boss;
  /** Seconds that a job is a worker's without news of it. */
  readonly leaseSeconds: number;
}

/** Leases of jobs in the database: a job is one worker's at a time, and ends once. */
export const jobLeases = ({ database, boss, leaseSeconds }: LeaseOptions): JobLeases => ({
  take: (worker) => database.transaction((sql) => takeJob(sql, { worker, boss, leaseSeconds })),
  async report({ id, lease, progress, preview, memory }) {
    const [row] = await database.query<{ readonly stop: StopRequest | null }>(
      `WITH current AS (
         SELECT id, stop FROM aquatint.jobs WHERE id = $1 AND lease = $2 AND state = 'running' FOR UPDATE
       ), kept AS (
         UPDATE aquatint.jobs AS job SET lease_until = now() + $3 * interval '1 second', stop = nullif(job.stop, 'skip'),
           progress = coalesce($4::jsonb, job.progress), preview = coalesce($5, job.preview)
         FROM current WHERE job.id = current.id RETURNING job.id, job.worker, current.stop
       ), seen AS (
         UPDATE aquatint.workers AS worker SET memory = $7, peak_memory = $8, seen_at = now()
         FROM kept WHERE worker.id = kept.worker AND worker.seen_at < now() - interval '${SEEN_SECONDS} seconds'
       ) SELECT stop, pg_notify($6, id::text) FROM kept`,
      [
        ...[id, lease, leaseSeconds, progress ? JSON.stringify(progress) : null],
        ...[preview ? Buffer.from(preview) : null, JOBS_CHANNEL, memory?.present ?? null, memory?.peak ?? null],
      ],
    );
    return { lost: !row, stop: row?.stop ?? null };
  },
  finish: (end) => database.transaction((sql) => finishJob(sql, { ...end, boss })),
  giveBack: ({ id, lease }) =>
    database.transaction(async (sql) => {
      const [row] = await sql.query<{ readonly queue: string; readonly turn: number }>(
        `UPDATE aquatint.jobs SET state = 'queued', lease = NULL, lease_until = NULL, worker = NULL, progress = NULL,
           attempts = attempts - 1 WHERE id = $1 AND lease = $2 AND state = 'running' RETURNING queue, turn`,
        [id, lease],
      );
      if (!row) return;
      await boss.remove(sql, { id, queue: row.queue });
      await boss.add(sql, { id, ...row });
      await notifyQueued(sql, id);
    }),
});

interface TakeOptions extends Pick<LeaseOptions, "boss" | "leaseSeconds"> {
  readonly worker: WorkerState;
}

async function takeJob(sql: Sql, { worker, boss, leaseSeconds }: TakeOptions): Promise<LeasedJob | undefined> {
  await sql.query(
    `INSERT INTO aquatint.workers (id, models, memory, peak_memory, seen_at) VALUES ($1, $2::jsonb, $3, $4, now())
     ON CONFLICT (id) DO UPDATE SET models = excluded.models, memory = excluded.memory,
       peak_memory = excluded.peak_memory, seen_at = now()`,
    [worker.id, JSON.stringify(worker.models), worker.memory?.present ?? null, worker.memory?.peak ?? null],
  );
  const [next] = await sql.query<{ readonly queue: string }>(
    `SELECT queue FROM aquatint.jobs AS job WHERE state = 'queued' AND (model = ANY($1::text[])
       OR created_at < now() - interval '${LEFT_SECONDS} seconds' OR NOT EXISTS (${IDLE_WITH_MODEL}))
     ORDER BY turn - CASE WHEN model = ANY($1::text[]) THEN ${LOADED_BONUS} ELSE 0 END, created_at LIMIT 1`,
    [[...worker.models], worker.id],
  );
  const id = next && (await boss.take(sql, next.queue));
  if (id === undefined) return undefined;
  const lease = randomUUID();
  const [job] = await sql.query<LeasedJob>(
    `UPDATE aquatint.jobs SET state = 'running', lease = $2, lease_until = now() + $3 * interval '1 second',
       worker = $4, attempts = attempts + 1, started_at = coalesce(started_at, now())
     WHERE id = $1 AND state = 'queued' RETURNING ${jobColumns}, lease`,
    [id, lease, leaseSeconds, worker.id],
  );
  if (!job) {
    await boss.remove(sql, { id, queue: next?.queue ?? "" });
    return undefined;
  }
  await sql.query("UPDATE aquatint.clock SET turn = greatest(turn, $1)", [job.turn]);
  await notify(sql, id);
  await sql.query(
    `SELECT pg_notify($1, '') WHERE EXISTS (SELECT FROM aquatint.jobs
       WHERE state = 'queued' AND created_at >= now() - interval '${LEFT_SECONDS} seconds')`,
    [QUEUED_CHANNEL], // jobs that others left to this worker
  );
  return job;
}

async function finishJob(sql: Sql, { id, lease, outcome, progress, boss }: JobEnd & Pick<LeaseOptions, "boss">) {
  const { state, result, error } = outcome;
  const [row] = await sql.query<{ readonly queue: string }>(
    `UPDATE aquatint.jobs SET state = $3, result = $4::jsonb, error = $5::jsonb, finished_at = now(), lease = NULL,
       lease_until = NULL, preview = NULL, progress = coalesce($6::jsonb, progress)
     WHERE id = $1 AND lease = $2 AND state = 'running' RETURNING queue`,
    [id, lease, state, ...[result, error, progress].map((value) => (value ? JSON.stringify(value) : null))],
  );
  if (!row) return false;
  await boss.remove(sql, { id, queue: row.queue });
  await notify(sql, id);
  return true;
}

/**
 * Puts the jobs whose leases ended back into the queue, or fails those that ran twice; returns how many there were. `worker`
 * ends the leases of one worker at once, of which it is known that it is gone.
 */
export async function endLeases(
  { database, boss }: Pick<LeaseOptions, "database" | "boss">,
  worker?: string | undefined,
): Promise<number> {
  return database.transaction(async (sql) => {
    const lost = await sql.query<{ readonly id: string; readonly queue: string; readonly stop: StopRequest | null }>(
      `SELECT id, queue, stop FROM aquatint.jobs WHERE state = 'running' AND (lease_until < now() OR worker = $1)
       FOR UPDATE SKIP LOCKED`,
      [worker ?? null],
    );
    for (const job of lost) await endLease(sql, { ...job, boss });
    if (worker !== undefined) await sql.query("DELETE FROM aquatint.workers WHERE id = $1", [worker]);
    return lost.length;
  });
}

async function endLease(
  sql: Sql,
  {
    id,
    queue,
    stop,
    boss,
  }: { readonly id: string; readonly queue: string; readonly stop: string | null; readonly boss: Boss },
): Promise<void> {
  const isEnded = stop === "cancel" || stop === "interrupt";
  const again = !isEnded && (await boss.fail(sql, { id, queue }, "the worker was lost"));
  if (again) {
    await sql.query(
      `UPDATE aquatint.jobs SET state = 'queued', lease = NULL, lease_until = NULL, worker = NULL, progress = NULL,
         preview = NULL WHERE id = $1`,
      [id],
    );
  } else {
    await sql.query(
      `UPDATE aquatint.jobs SET state = $2, error = $3::jsonb, finished_at = now(), lease = NULL, lease_until = NULL,
         preview = NULL WHERE id = $1`,
      [id, isEnded ? "canceled" : "failed", isEnded ? null : JSON.stringify(LOST)],
    );
    await boss.remove(sql, { id, queue });
  }
  await (again ? notifyQueued : notify)(sql, id);
}
