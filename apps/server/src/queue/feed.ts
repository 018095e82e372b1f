import { type ChangeSource, type Changes, changeSource } from "./changes.ts";
import type { Database } from "./database.ts";
import { JOBS_CHANNEL, QUEUED_CHANNEL } from "./rows.ts";

/** Tells who waits for a job that it changed, and workers that one waits. */
export interface JobFeed {
  /** The changes of a job. */
  watch(id: string): Changes;
  /** Tells when a job may be taken: the progress of others wakes no worker. */
  watchQueued(): Changes;
  /** Calls `onChange` with the id of every job that changes. */
  each(onChange: (id: string) => void): void;
}

/** No job has this id. */
const QUEUED = "*";

/** The changes that the database tells of; with `queuedOnly` not those of jobs, of which it tells every process. */
export async function jobFeed(database: Database, { queuedOnly = false } = {}): Promise<JobFeed> {
  const sources = new Map<string, Set<ChangeSource>>();
  const listeners = new Set<(id: string) => void>();
  const watch = (key: string): Changes => {
    const set = sources.get(key) ?? new Set<ChangeSource>();
    const source = changeSource(() => {
      set.delete(source);
      if (set.size === 0) sources.delete(key);
    });
    sources.set(key, set.add(source));
    return source;
  };
  const changed = (key: string): void => {
    for (const source of sources.get(key) ?? []) source.changed();
  };
  if (!queuedOnly) {
    await database.listen(JOBS_CHANNEL, (id) => {
      for (const listener of listeners) listener(id);
      changed(id);
    });
  }
  await database.listen(QUEUED_CHANNEL, () => changed(QUEUED));
  return { watch, watchQueued: () => watch(QUEUED), each: (onChange) => void listeners.add(onChange) };
}
