import type { Job, StoredRequest } from "../jobs/types.ts";
import type { Boss } from "./boss.ts";
import type { Database, Sql } from "./database.ts";
import { jobColumns, notify } from "./rows.ts";

/** A job to be added. */
export interface NewJob {
  readonly id: string;
  readonly owner: string;
  readonly surface: string;
  readonly kind: string;
  readonly model: string;
  readonly request: StoredRequest;
  readonly limited: boolean;
  readonly units: number;
  readonly requestHash: string;
  readonly idempotencyKey?: string | undefined;
  readonly task?: string | undefined;
}

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

/** Number of the advisory lock under which jobs are added one at a time, so that limits hold. */
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
    await sql.query("SELECT pg_advisory_xact_lock($1)", [SUBMIT_LOCK]);
    const earlier = await earlierJob(sql, job);
    if (earlier) return { type: "known", job: earlier };
    const { all, mine, turn } = await waiting(sql, job.owner);
    if (mine >= limits.maxQueuedPerUser) return { type: "full", limit: "user" };
    if (all >= limits.maxQueued) return { type: "full", limit: "all" };
    const added = await insertJob(sql, { ...job, queue, turn });
    await boss.add(sql, added);
    await notify(sql, job.id);
    return { type: "added", job: added };
  });
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

async function waiting(sql: Sql, owner: string) {
  const [row] = await sql.query<{ readonly all: number; readonly mine: number; readonly turn: number }>(
    `SELECT count(*)::int AS all, count(*) FILTER (WHERE owner = $1)::int AS mine,
       (greatest((SELECT turn FROM aquatint.clock), coalesce(max(turn) FILTER (WHERE owner = $1), 0)) + 1)::int AS turn
     FROM aquatint.jobs WHERE state = 'queued'`,
    [owner],
  );
  return row ?? { all: 0, mine: 0, turn: 1 };
}

async function insertJob(sql: Sql, job: NewJob & { readonly queue: string; readonly turn: number }): Promise<Job> {
  const { id, owner, surface, kind, model, queue, turn, request, limited, units, idempotencyKey, requestHash } = job;
  const values = [id, owner, surface, kind, model, queue, turn, JSON.stringify(request), limited, units];
  const [row] = await sql.query<Job>(
    `INSERT INTO aquatint.jobs (id, owner, surface, kind, model, queue, state, turn, request, limited, units,
       idempotency_key, request_hash, task)
     VALUES ($1, $2, $3, $4, $5, $6, 'queued', $7, $8::jsonb, $9, $10, $11, $12, $13) RETURNING ${jobColumns}`,
    [...values, idempotencyKey ?? null, requestHash, job.task ?? null],
  );
  if (row) return row;
  throw new Error("the database added no job");
}
