import type { Sql } from "./database.ts";
import { JOBS_CHANNEL } from "./rows.ts";

/** Forgets a job that has ended; one that waits or runs stays. Its files go before: none is left without its job. */
export async function removeJob(sql: Sql, id: string): Promise<void> {
  await sql.query(
    `WITH gone AS (DELETE FROM aquatint.jobs WHERE id = $1 AND finished_at IS NOT NULL RETURNING id)
     SELECT pg_notify($2, id::text) FROM gone`,
    [id, JOBS_CHANNEL],
  );
}
