import type { Boss } from "./boss.ts";
import type { Database } from "./database.ts";
import { notify, type StopJob } from "./rows.ts";

/**
 * Ends a waiting job, or asks the worker of a running one to stop; false where the owner has no such job that goes on.
 * "skip" of a waiting job does nothing.
 */
export const stopJob = (
  { database, boss }: { readonly database: Database; readonly boss: Boss },
  { id, owner, stop }: StopJob,
): Promise<boolean> =>
  database.transaction(async (sql) => {
    if (stop !== "skip") {
      const [waiting] = await sql.query<{ readonly queue: string }>(
        `UPDATE aquatint.jobs SET state = 'canceled', finished_at = now(), stop = $3
         WHERE id = $1 AND owner = $2 AND state = 'queued' RETURNING queue`,
        [id, owner, stop],
      );
      if (waiting) {
        await boss.remove(sql, { id, queue: waiting.queue });
        await notify(sql, id);
        return true;
      }
    }
    const running = await sql.query(
      "UPDATE aquatint.jobs SET stop = $3 WHERE id = $1 AND owner = $2 AND state = 'running' RETURNING id",
      [id, owner, stop],
    );
    if (running.length > 0) await notify(sql, id);
    return running.length > 0;
  });
