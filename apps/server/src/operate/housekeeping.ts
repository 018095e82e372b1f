import { errorText } from "../jobs/errors.ts";
import type { Boss } from "../queue/boss.ts";
import type { Database } from "../queue/database.ts";
import { endLeases } from "../queue/leases.ts";
import { JOBS_CHANNEL } from "../queue/rows.ts";
import type { FileStore } from "../storage/types.ts";
import type { Log } from "./log.ts";

/** What is kept in order. */
export interface HousekeepingOptions {
  readonly database: Database;
  readonly boss: Boss;
  readonly store: FileStore;
  readonly log: Log;
  /** Hours that ended jobs and their files are kept. */
  readonly keepHours: number;
  readonly leaseSeconds: number;
}

/** Jobs that are forgotten in one go. */
const BATCH = 200;
const EXPIRY_INTERVAL = 60_000;
const REUSE_INTERVAL = 3_600_000;

/** Ends leases whose workers are gone and forgets old jobs with their files, until it is disposed of. */
export function housekeeping(options: HousekeepingOptions): AsyncDisposable {
  const { leaseSeconds, log } = options;
  const tasks = [
    repeated((1000 * leaseSeconds) / 4, log, async () => {
      const lost = await endLeases(options);
      if (lost > 0) log.warn({ jobs: lost }, "leases ended without their workers");
    }),
    repeated(EXPIRY_INTERVAL, log, () => forgetOldJobs(options)),
    repeated(REUSE_INTERVAL, log, () => reuseSpace(options.database)),
  ];
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(tasks.map((stop) => stop()));
    },
  };
}

/** Runs a task again and again with a pause between; the result ends it. */
function repeated(milliseconds: number, log: Log, task: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout;
  let stopped = false;
  const next = () => {
    timer = setTimeout(() => {
      running = task()
        .catch((error: unknown) => log.error({ error: errorText(error) }, "housekeeping failed"))
        .finally(() => {
          if (!stopped) next();
        });
    }, milliseconds);
    timer.unref();
  };
  next();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
  };
}

/** Makes room of changed and removed rows free for others: PostgreSQL does so by itself, PGlite does not. */
export async function reuseSpace(database: Pick<Database, "shared" | "query">): Promise<void> {
  if (!database.shared) await database.query("VACUUM");
}

/** Forgets jobs that ended long ago; files first, so that none is left without its job. */
export async function forgetOldJobs({
  database,
  store,
  keepHours,
}: Pick<HousekeepingOptions, "database" | "store" | "keepHours">): Promise<void> {
  for (;;) {
    const old = await database.query<{ readonly id: string }>(
      `SELECT id FROM aquatint.jobs WHERE finished_at < now() - $1 * interval '1 hour' AND favorites = '{}' LIMIT ${BATCH}`,
      [keepHours],
    );
    for (const { id } of old) await store.removeJob(id);
    await database.query(
      `WITH gone AS (DELETE FROM aquatint.jobs WHERE id = ANY($1::uuid[]) RETURNING id)
       SELECT pg_notify($2, id::text) FROM gone`,
      [old.map(({ id }) => id), JOBS_CHANNEL],
    );
    if (old.length < BATCH) break;
  }
  await database.query("DELETE FROM aquatint.workers WHERE seen_at < now() - interval '1 day'");
}
