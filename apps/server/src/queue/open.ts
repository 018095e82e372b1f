import { type Boss, openBoss } from "./boss.ts";
import type { Database } from "./database.ts";
import { type JobFeed, jobFeed } from "./feed.ts";
import { migrate } from "./migrations.ts";
import { type JobReader, jobReader } from "./reader.ts";

/** The queue with its database. */
export interface Queue extends AsyncDisposable {
  readonly database: Database;
  readonly boss: Boss;
  readonly feed: JobFeed;
  readonly reader: JobReader;
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

/** Opens the database, brings its tables up to date and starts the queue. `onError` gets what maintenance fails with. */
export async function openQueue(
  { data, databaseUrl, queuedOnly = false }: QueueOptions,
  onError: (error: Error) => void,
): Promise<Queue> {
  const database = await openDatabase({ data, databaseUrl });
  try {
    await migrate(database);
    const boss = await openBoss(database, onError);
    const feed = await jobFeed(database, { queuedOnly });
    const reader = await jobReader(database, feed);
    return {
      ...{ database, boss, feed, reader },
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
async function openDatabase({ data, databaseUrl }: QueueOptions): Promise<Database> {
  if (databaseUrl === undefined) return (await import("./pglite.ts")).openPglite(data);
  return (await import("./postgres.ts")).openPostgres(databaseUrl);
}
