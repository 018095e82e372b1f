import { type Boss, openBoss } from "./boss.ts";
import type { Database, DatabaseOptions } from "./database.ts";
import { type JobFeed, jobFeed } from "./feed.ts";
import { type JobLeases, jobLeases } from "./leases.ts";
import { memoryLeases } from "./memory/leases.ts";
import { memoryReader } from "./memory/reader.ts";
import { migrate } from "./migrations.ts";
import { databaseReader, type JobReader } from "./reader.ts";

/** The queue with its database. */
export interface Queue extends AsyncDisposable {
  readonly database: Database;
  readonly boss: Boss;
  readonly feed: JobFeed;
  readonly reader: JobReader;
  /** Seconds between reports of a running job at least: in a shared database each one is a change of a row. */
  readonly newsSeconds: number;
  /** Leases for workers, of so many seconds. */
  leases(leaseSeconds: number): JobLeases;
}

/** Where jobs are kept. */
export interface QueueOptions {
  /** Folder of the embedded database. */
  readonly data: string;
  /** URL of a PostgreSQL server in its place. */
  readonly databaseUrl?: string | undefined;
  /** True for a process that only takes jobs: the database does not tell it of the progress of others. */
  readonly queuedOnly?: boolean;
}

/** Seconds between reports of a job where they are rows: as often as clients poll. */
const NEWS_SECONDS = 1;

/** Opens the database, brings its tables up to date and starts the queue. `onError` gets what fails in the background. */
export async function openQueue(options: QueueOptions, onError: (error: Error) => void): Promise<Queue> {
  const database = await openDatabase(options, { onLost: onError });
  try {
    await migrate(database);
    const boss = await openBoss(database, onError);
    const feed = await jobFeed(database, options);
    const memory = database.shared ? undefined : await memoryReader(database, feed);
    return {
      ...{ database, boss, feed, reader: memory ?? databaseReader(database) },
      newsSeconds: memory ? 0 : NEWS_SECONDS,
      leases(leaseSeconds) {
        const leases = jobLeases({ database, boss, leaseSeconds });
        return memory ? memoryLeases(leases, { reader: memory, feed, leaseSeconds }) : leases;
      },
      async [Symbol.asyncDispose]() {
        await boss[Symbol.asyncDispose]();
        await database[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await database[Symbol.asyncDispose]();
    throw error;
  }
}

/** What only one of the two databases needs is loaded for it. */
async function openDatabase({ data, databaseUrl }: QueueOptions, options: DatabaseOptions): Promise<Database> {
  if (databaseUrl === undefined) return (await import("./pglite.ts")).openPglite(data, options);
  return (await import("./postgres.ts")).openPostgres(databaseUrl);
}
