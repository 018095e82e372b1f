import type { Job, JobState, StopRequest } from "../jobs/types.ts";
import type { Sql } from "./database.ts";

/** The columns of a job under the names that `Job` has. */
export const jobColumns = `id, owner, surface, kind, model, queue, state, turn, request, limited, units,
  request_hash AS "requestHash", task, created_at AS "createdAt", started_at AS "startedAt",
  finished_at AS "finishedAt", attempts, stop, progress, result, favorites, error`;

/** The channel on which the ids of changed jobs are told. */
export const JOBS_CHANNEL = "aquatint_jobs";

/** The channel on which workers are told that a job waits. */
export const QUEUED_CHANNEL = "aquatint_queued";

/** Tells every process that a job waits again. */
export async function notifyQueued(sql: Sql, id: string): Promise<void> {
  await sql.query("SELECT pg_notify($1, $2), pg_notify($3, '')", [JOBS_CHANNEL, id, QUEUED_CHANNEL]);
}

/** Tells every process that a job changed. */
export async function notify(sql: Sql, id: string): Promise<void> {
  await sql.query("SELECT pg_notify($1, $2)", [JOBS_CHANNEL, id]);
}

/** A job by its id; undefined where there is none. */
export async function readJob(sql: Sql, id: string): Promise<Job | undefined> {
  const [job] = await sql.query<Job>(`SELECT ${jobColumns} FROM aquatint.jobs WHERE id = $1`, [id]);
  return job;
}

/** The jobs of some ids that are there. */
export const readJobs = (sql: Sql, ids: readonly string[]): Promise<readonly Job[]> =>
  sql.query<Job>(`SELECT ${jobColumns} FROM aquatint.jobs WHERE id = ANY($1::uuid[])`, [[...ids]]);

/** The jobs that wait or run. */
export const readUnfinished = (sql: Sql): Promise<readonly Job[]> =>
  sql.query<Job>(`SELECT ${jobColumns} FROM aquatint.jobs WHERE state IN ('queued', 'running')`);

/** The last preview of a running job as a PNG file. */
export async function readPreview(sql: Sql, id: string): Promise<Uint8Array | undefined> {
  const [row] = await sql.query<{ readonly preview: Uint8Array | null }>(
    "SELECT preview FROM aquatint.jobs WHERE id = $1",
    [id],
  );
  return row?.preview ?? undefined;
}

/** Which jobs of an owner are listed, newest first. */
export interface JobFilter {
  readonly owner: string;
  readonly states?: readonly JobState[] | undefined;
  readonly surface?: string | undefined;
  readonly task?: string | undefined;
  readonly limit?: number | undefined;
}

/** Jobs of one owner. */
export const listJobs = (sql: Sql, { owner, states, surface, task, limit = 100 }: JobFilter): Promise<readonly Job[]> =>
  sql.query<Job>(
    `SELECT ${jobColumns} FROM aquatint.jobs
     WHERE owner = $1 AND ($2::text[] IS NULL OR state = ANY($2::text[])) AND ($3::text IS NULL OR surface = $3)
       AND ($4::text IS NULL OR task = $4)
     ORDER BY created_at DESC LIMIT $5`,
    [owner, states ? [...states] : null, surface ?? null, task ?? null, limit],
  );

/** What is known of a job that waits or runs to say when others start. */
export type QueuedWork = Pick<Job, "id" | "state" | "turn" | "createdAt" | "units" | "progress">;

/** The work that waits or runs. */
export const readWork = (sql: Sql): Promise<readonly QueuedWork[]> =>
  sql.query<QueuedWork>(
    `SELECT id, state, turn, created_at AS "createdAt", units, progress FROM aquatint.jobs
     WHERE state IN ('queued', 'running')`,
  );

/** Seconds that a worker takes for one unit of a model, by its last jobs; undefined before the first. */
export async function secondsAUnit(sql: Sql, model: string): Promise<number | undefined> {
  const [row] = await sql.query<{ readonly seconds: number | null }>(
    `SELECT sum((result->>'seconds')::float8) / nullif(sum(units), 0) AS seconds FROM (
       SELECT result, units FROM aquatint.jobs
       WHERE state = 'done' AND model = $1 AND NOT (result->>'interrupted')::boolean
       ORDER BY finished_at DESC LIMIT 20) AS last`,
    [model],
  );
  return row?.seconds ?? undefined;
}

/** Asks a job's worker to stop, or ends the job where it waits; jobs of other owners are not touched. */
export interface StopJob {
  readonly id: string;
  readonly owner: string;
  readonly stop: StopRequest;
}
