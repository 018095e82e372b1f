import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { PGlite, type Transaction } from "@electric-sql/pglite";
import { checkedValues, type Database, type Sql } from "./database.ts";
import { lockFolder } from "./folder-lock.ts";

/**
 * Opens PostgreSQL in this process, with its files in a folder that no other process may use meanwhile.
 * @throws AquatintError "server/locked" where one does.
 */
export async function openPglite(folder: string): Promise<Database> {
  await mkdir(folder, { recursive: true });
  const release = await lockFolder(folder);
  const db = await PGlite.create(join(folder, "database"));
  return {
    ...sqlOf(db),
    shared: false,
    transaction: (use) => db.transaction((transaction) => use(sqlOf(transaction))),
    async listen(channel, onNotice) {
      await db.listen(channel, onNotice);
    },
    async [Symbol.asyncDispose]() {
      await db.close();
      await release();
    },
  };
}

/** Statements without values may be several, as migrations are. */
const sqlOf = (db: PGlite | Transaction): Sql => ({
  async query<Row>(text: string, values: readonly unknown[] = []) {
    if (values.length > 0) return (await db.query<Row>(text, checkedValues(values))).rows;
    const results = await db.exec(text);
    return (results.at(-1)?.rows ?? []) as Row[];
  },
});
