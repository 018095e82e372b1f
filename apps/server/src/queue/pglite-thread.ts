import { PGlite, type Transaction } from "@electric-sql/pglite";
import { AquatintError } from "aquatint";
import { answerCalls, sendNotice, threadData } from "../threads/answer.ts";
import type { PgliteNotice, PgliteRequest } from "./pglite-messages.ts";

// PGlite computes as PostgreSQL does, without letting anything else run in its thread meanwhile: it has one of its own.

interface OpenTransaction {
  readonly sql: Transaction;
  /** Commits it, or rolls it back. */
  end(commit: boolean): Promise<void>;
}

const db = await PGlite.create(threadData<string>());
/** Of a transaction that was another thread's, before that one ended. */
const ended = () =>
  new AquatintError("server/database", "the transaction ended with the database's thread", { hint: "try again" });
const transactions = new Map<number, Promise<OpenTransaction>>();

/** Resolves when the transaction has begun; others wait for its end. */
const begin = (): Promise<OpenTransaction> =>
  new Promise((resolve, reject) => {
    const rollback = new Error("rollback");
    const end = db.transaction(
      (sql) =>
        new Promise<void>((commit, fail) => {
          resolve({
            sql,
            end(commits) {
              if (commits) commit();
              else fail(rollback);
              return end.catch((error: unknown) => {
                if (error !== rollback) throw error;
              });
            },
          });
        }),
    );
    end.catch(reject);
  });

/** Statements without values may be several, as migrations are. */
async function query({ text, values, transaction, begins }: Extract<PgliteRequest, { readonly type: "query" }>) {
  if (begins && transaction !== undefined) transactions.set(transaction, begin());
  const sql = transaction === undefined ? db : (await transactions.get(transaction))?.sql;
  if (!sql) throw ended();
  if (values.length > 0) return (await sql.query(text, [...values])).rows;
  return (await sql.exec(text)).at(-1)?.rows ?? [];
}

async function answer(request: PgliteRequest): Promise<readonly unknown[]> {
  switch (request.type) {
    case "query":
      return query(request);
    case "end": {
      const open = await transactions.get(request.transaction);
      transactions.delete(request.transaction);
      if (!open && request.commit) throw ended();
      await open?.end(request.commit);
      return [];
    }
    case "listen": {
      const { channel } = request;
      await db.listen(channel, (payload) => sendNotice({ channel, payload } satisfies PgliteNotice));
      return [];
    }
    case "close":
      await db.close();
      return [];
  }
}

answerCalls(answer);
