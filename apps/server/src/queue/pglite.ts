import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { AquatintError, messageOf } from "aquatint";
import { checkedValues, type Database, type Sql } from "./database.ts";
import { lockFolder } from "./folder-lock.ts";
import type { PgliteMessage, PgliteRequest } from "./pglite-messages.ts";

/**
 * Opens PostgreSQL in a thread of this process, with its files in a folder that no other process may use meanwhile.
 * @throws AquatintError "server/locked" where another process does.
 */
export async function openPglite(folder: string): Promise<Database> {
  const lock = await lockFolder(folder);
  const thread = pgliteThread(join(folder, "database"));
  let transactions = 0;
  return {
    ...sqlOf(thread),
    shared: false,
    async transaction(use) {
      const transaction = ++transactions;
      await thread.ask({ type: "begin", transaction });
      try {
        const result = await use(sqlOf(thread, transaction));
        await thread.ask({ type: "end", transaction, commit: true });
        return result;
      } catch (error) {
        await thread.ask({ type: "end", transaction, commit: false }).catch(() => {}); // the first error counts
        throw error;
      }
    },
    async listen(channel, onNotice) {
      thread.listeners.set(channel, onNotice);
      await thread.ask({ type: "listen", channel });
    },
    async [Symbol.asyncDispose]() {
      await thread.close();
      await lock[Symbol.asyncDispose]();
    },
  };
}

const sqlOf = (thread: ReturnType<typeof pgliteThread>, transaction?: number): Sql => ({
  async query<Row>(text: string, values: readonly unknown[] = []) {
    return (await thread.ask({ type: "query", text, values: checkedValues(values), transaction })) as Row[];
  },
});

/** The script of the thread beside this module, in the sources and in the built package. */
const script = import.meta.url.endsWith(".ts") ? "./pglite-thread-source.mjs" : "./pglite-thread.js";

interface Waiting {
  resolve(rows: readonly unknown[]): void;
  reject(error: Error): void;
}

/** The thread, which answers requests in the order in which PGlite is done with them. */
function pgliteThread(folder: string) {
  const worker = new Worker(new URL(script, import.meta.url), { execArgv: [], workerData: folder });
  const waiting = new Map<number, Waiting>();
  const listeners = new Map<string, (payload: string) => void>();
  let calls = 0;
  let dead: AquatintError | undefined;
  const died = (cause: unknown): void => {
    dead ??= new AquatintError("server/database", `the database ended: ${messageOf(cause)}`, {
      hint: "start the server again; the log has the reason",
      cause,
    });
    for (const { reject } of waiting.values()) reject(dead);
    waiting.clear();
  };
  worker.on("error", died);
  worker.on("exit", (code) => died(new Error(`exit code ${code}`)));
  worker.on("message", (message: PgliteMessage) => {
    if (message.type === "notice") return listeners.get(message.channel)?.(message.payload);
    const caller = waiting.get(message.call);
    waiting.delete(message.call);
    if (message.type === "rows") caller?.resolve(message.rows);
    else caller?.reject(Object.assign(new Error(message.message), { code: message.code }));
  });
  const ask = (request: PgliteRequest): Promise<readonly unknown[]> =>
    new Promise((resolve, reject) => {
      if (dead) return reject(dead);
      waiting.set(++calls, { resolve, reject });
      worker.postMessage({ call: calls, ...request });
    });
  return {
    ask,
    listeners,
    async close() {
      await ask({ type: "close" }).catch(() => {}); // a database that ended is closed
      await worker.terminate();
    },
  };
}
