import { type Boss, openBoss } from "./boss.ts";
import type { Database } from "./database.ts";
import { type JobFeed, jobFeed } from "./feed.ts";
import { migrate } from "./migrations.ts";

/** The queue with its database. */
export interface Queue extends AsyncDisposable {
  readonly database: Database;
  readonly boss: Boss;
  readonly feed: JobFeed;
}

/** Opens the database, brings its tables up to date and starts the queue. `onError` gets what maintenance fails with. */
export async function openQueue(
  { data, databaseUrl }: { readonly data: string; readonly databaseUrl?: string | undefined },
  onError: (error: Error) => void,
): Promise<Queue> {
  const database = await openDatabase(data, databaseUrl);
  try {
    await migrate(database);
    const boss = await openBoss(database, onError);
    const feed = await jobFeed(database);
    return {
      ...{ database, boss, feed },
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
async function openDatabase(data: string, url: string | undefined): Promise<Database> {
  if (url === undefined) return (await import("./pglite.ts")).openPglite(data);
  return (await import("./postgres.ts")).openPostgres(url);
}
