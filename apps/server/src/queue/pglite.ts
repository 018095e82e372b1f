import { join } from "node:path";
import { checkFolder } from "../storage/folder.ts";
import { startThread, type Thread } from "../threads/thread.ts";
import { checkedValues, type Database, type DatabaseOptions, type Sql } from "./database.ts";
import { withDatabaseError } from "./failure.ts";
import { lockFolder } from "./folder-lock.ts";
import type { PgliteNotice, PgliteRequest } from "./pglite-messages.ts";

/**
 * Opens PostgreSQL in a thread of this process, with its files in a folder that no other process may use meanwhile. Where the
 * thread ends, the calls under way fail, and another thread goes on with what was committed.
 * @throws AquatintError "server/locked" where another process does.
 */
export async function openPglite(folder: string, { onLost }: DatabaseOptions = {}): Promise<Database> {
  const lock = await lockFolder(folder);
  const files = join(folder, "database");
  const listeners = new Map<string, Parameters<Database["listen"]>[1]>();
  const thread = startThread<PgliteRequest>({
    script: new URL("./pglite-thread.ts", import.meta.url),
    data: files,
    name: "the database",
    code: "server/database",
    onLost,
    onNotice(notice) {
      const { channel, payload } = notice as PgliteNotice;
      listeners.get(channel)?.onNotice(payload);
    },
    onRestart: (ask) =>
      Promise.all(
        Array.from(listeners, async ([channel, { onGap }]) => {
          await ask({ type: "listen", channel });
          onGap?.();
        }),
      ),
  });
  return {
    ...sqlOf(thread),
    shared: false,
    transaction: transactionsOf(thread),
    checkSpace: () => checkFolder(files),
    async listen(channel, listener) {
      listeners.set(channel, listener);
      await thread.ask({ type: "listen", channel });
    },
    async [Symbol.asyncDispose]() {
      await thread.close({ type: "close" });
      await lock[Symbol.asyncDispose]();
    },
  };
}

/** One transaction goes on at a time, whatever its lock. */
function transactionsOf(thread: Thread<PgliteRequest>): Database["transaction"] {
  let transactions = 0;
  return async (use) => {
    const transaction = ++transactions;
    let begins = true;
    const sql = sqlOf(thread, () => {
      const fields = { transaction, begins };
      begins = false; // the first query begins it: each message costs a change of threads
      return fields;
    });
    const end = async (commit: boolean) => {
      if (!begins) await thread.ask({ type: "end", transaction, commit });
    };
    try {
      const result = await use(sql);
      await end(true);
      return result;
    } catch (error) {
      await end(false).catch(() => {}); // the first error counts
      throw error;
    }
  };
}

/** Which transaction a query belongs to, and whether it is the first one of it. */
type TransactionFields = Pick<Extract<PgliteRequest, { readonly type: "query" }>, "transaction" | "begins">;

const sqlOf = (thread: Thread<PgliteRequest>, fieldsOf: () => TransactionFields = () => ({})): Sql => ({
  async query<Row>(text: string, values: readonly unknown[] = []) {
    const checked = checkedValues(values);
    const query = { type: "query", text, values: checked, ...fieldsOf() } as const;
    return (await withDatabaseError(() => thread.ask(query))) as Row[];
  },
});
