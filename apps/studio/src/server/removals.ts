import { readLocal, writeLocal } from "../state/local.ts";
import { send } from "./call.ts";
import type { Account } from "./session-store.ts";

/** Jobs that are to be removed from the server, which keeps no copy: it is told when nobody can undo it any more. */
export interface Removals {
  /** Whether a job is removed, or will be. */
  has(job: string): boolean;
  add(job: string): void;
  /** Takes a removal back; false where the server was told already. */
  undo(job: string): boolean;
}

/** Milliseconds in which a removal can be undone. */
const UNDO_MS = 10_000;

/** Times at which the jobs were removed, by their ids. */
type Times = Readonly<Record<string, number | undefined>>;

function stored(key: string): Readonly<Record<string, number>> {
  try {
    return Object.fromEntries(
      Object.entries(JSON.parse(readLocal(key) ?? "{}")).filter(
        (entry): entry is [string, number] => typeof entry[1] === "number",
      ),
    );
  } catch {
    return {};
  }
}

/** The removals of an account. Those that the page was closed before are made up for when it is opened again. */
export function serverRemovals({ name, token }: Account): Removals {
  const key = `aquatint-removals ${name}`;
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const done = new Set<string>();
  const change = (times: Times): void => writeLocal(key, JSON.stringify({ ...stored(key), ...times }));
  const forget = (job: string): void => {
    clearTimeout(timers.get(job));
    timers.delete(job);
    change({ [job]: undefined });
  };
  const removeNow = (job: string): void => {
    timers.delete(job);
    done.add(job);
    send(`v1/jobs/${job}`, token, { method: "DELETE" })
      .catch(() => done.delete(job)) // the next list has it again
      .finally(() => forget(job));
  };
  const schedule = (job: string, milliseconds: number): void => {
    timers.set(job, setTimeout(removeNow, Math.max(0, milliseconds), job));
  };
  for (const [job, time] of Object.entries(stored(key))) schedule(job, time + UNDO_MS - Date.now());
  return {
    has: (job) => timers.has(job) || done.has(job),
    add(job) {
      if (timers.has(job)) return;
      change({ [job]: Date.now() });
      schedule(job, UNDO_MS);
    },
    undo(job) {
      if (done.has(job)) return false;
      forget(job);
      return true;
    },
  };
}
