import { setTimeout } from "node:timers/promises";
import { AquatintError } from "aquatint";
import type { Database } from "../queue/database.ts";
import type { FileStore } from "../storage/types.ts";

/** Milliseconds that a check holds: anybody may ask, and it writes. */
const READY_MS = 1000;
/** Milliseconds after which what does not answer counts as away. */
const TIMEOUT = 10_000;

/** Checks that the database and the file store keep changes now. */
export const readiness = (database: Database, store: FileStore): (() => Promise<void>) =>
  atMostEvery(READY_MS, () =>
    inTime(async () => {
      await database.query("UPDATE aquatint.clock SET turn = turn");
      await database.checkSpace();
      await store.check();
    }),
  );

/** The last result of a task, which runs again where that is older than `milliseconds`. */
function atMostEvery(milliseconds: number, task: () => Promise<void>): () => Promise<void> {
  let last: { readonly at: number; readonly result: Promise<void> } | undefined;
  return () => {
    if (last === undefined || Date.now() - last.at >= milliseconds) last = { at: Date.now(), result: task() };
    return last.result;
  };
}

async function inTime(task: () => Promise<void>): Promise<void> {
  const timer = new AbortController();
  const late = setTimeout(TIMEOUT, undefined, { signal: timer.signal, ref: false }).then(() => {
    throw new AquatintError("server/slow", `the database and the file store did not answer in ${TIMEOUT / 1000} s`, {
      hint: "see the server's log",
    });
  });
  late.catch(() => {}); // where the task ended first
  try {
    await Promise.race([task(), late]);
  } finally {
    timer.abort();
  }
}
