import type { Job, SubmissionNames } from "../jobs/types.ts";
import type { Boss } from "./boss.ts";
import type { Database, Sql } from "./database.ts";
import { JOBS_CHANNEL, jobColumns, QUEUED_CHANNEL } from "./rows.ts";

type NewColumn = "id" | "owner" | "surface" | "kind" | "model" | "request" | "limited" | "units" | "requestHash";

/** A job to be added. */
export interface NewJob extends Pick<Job, NewColumn>, SubmissionNames {}

/** Waiting jobs, of all and of one owner, at most. */
export interface QueueLimits {
  readonly maxQueued: number;
  readonly maxQueuedPerUser: number;
}

/** What became of a submission. */
export type Submission =
  | { readonly type: "added"; readonly job: Job }
  | { readonly type: "known"; readonly job: Job }
  | { readonly type: "full"; readonly limit: "all" | "user" };

/** Number of the lock under which jobs are added one at a time, so that limits hold. */
const SUBMIT_LOCK = 7_240_114;

/**
 * Adds a job, unless the queue is full or its owner submitted it before under the same key. A job's turn is one more than the
 * owner's last, and at least one more than the turn of the last job that started (start-time fair queueing, Goyal 1996): who
 * has many jobs waiting goes behind who has few, and nobody waits for ever.
 */
export async function submitJob(
  { database, boss, limits }: { readonly database: Database; readonly boss: Boss; readonly limits: QueueLimits },
  job: NewJob,
): Promise<Submission> {
  const queue = await boss.queueOf(job.model);
  return database.transaction(async (sql) => {
    const { mine, notice: _, queued_notice: __, ...added } = await insertJob(sql, { ...job, queue }, limits);
    if (added.id !== null) {
      await boss.add(sql, added);
      return { type: "added", job: added };
    }
    const earlier = await earlierJob(sql, job);
    if (earlier) return { type: "known", job: earlier };
    return { type: "full", limit: mine >= limits.maxQueuedPerUser ? "user" : "all" };
  }, SUBMIT_LOCK);
}

/** The job that the owner submitted under the same key. */
export async function earlierJob(
  sql: Sql,
  { owner, idempotencyKey }: Pick<NewJob, "owner" | "idempotencyKey">,
): Promise<Job | undefined> {
  if (idempotencyKey === undefined) return undefined;
  const [job] = await sql.query<Job>(
    `SELECT ${jobColumns} FROM aquatint.jobs WHERE owner = $1 AND idempotency_key = $2`,
    [owner, idempotencyKey],
  );
  return job;
}

/** How many jobs of the owner waited before, and the job where it was added. */
type Insertion = { readonly mine: number; readonly notice: unknown; readonly queued_notice: unknown } & (
  | Job
  | { readonly id: null }
);

/** Adds the job where limits and its key allow it, and tells of it, in one statement: each costs a round trip. */
async function insertJob(
  sql: Sql,
  job: NewJob & { readonly queue: string },
  { maxQueued, maxQueuedPerUser }: QueueLimits,
): Promise<Insertion> {
  const { id, owner, surface, kind, model, queue, request, limited, units, idempotencyKey, requestHash, task } = job;
  const [row] = await sql.query<Insertion>(
    `WITH line AS (
       SELECT count(*)::int AS waiting, count(*) FILTER (WHERE owner = $2::text)::int AS mine,
         (greatest((SELECT turn FROM aquatint.clock), coalesce(max(turn) FILTER (WHERE owner = $2::text), 0)) + 1)::int
           AS next_turn
       FROM aquatint.jobs WHERE state = 'queued'
     ), added AS (
       INSERT INTO aquatint.jobs (id, owner, surface, kind, model, queue, state, turn, request, limited, units,
         idempotency_key, request_hash, task)
       SELECT $1::uuid, $2::text, $3::text, $4::text, $5::text, $6::text, 'queued', next_turn, $7::jsonb, $8::boolean,
         $9::float8, $10::text, $11::text, $12::text
       FROM line WHERE waiting < $13::int AND mine < $14::int
       ON CONFLICT (owner, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING RETURNING ${jobColumns}
     )
     SELECT line.mine, added.*, CASE WHEN added.id IS NOT NULL THEN pg_notify($15, added.id::text) END AS notice,
       CASE WHEN added.id IS NOT NULL THEN pg_notify($16, '') END AS queued_notice
     FROM line LEFT JOIN added ON true`,
    [
      ...[id, owner, surface, kind, model, queue, JSON.stringify(request), limited, units, idempotencyKey ?? null],
      ...[requestHash, task ?? null, maxQueued, maxQueuedPerUser, JOBS_CHANNEL, QUEUED_CHANNEL],
    ],
  );
  if (row) return row;
  throw new Error("the database counted no jobs");
}
