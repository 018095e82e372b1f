import { type ChangeSource, type Changes, changeSource } from "./changes.ts";
import type { Database } from "./database.ts";
import { JOBS_CHANNEL, QUEUED_CHANNEL } from "./rows.ts";

/** Tells who waits for a job that it changed, and workers that one waits. */
export interface JobFeed {
  /** The changes of a job. */
  watch(id: string): Changes;
  /** Tells when a job may be taken: the progress of others wakes no worker. */
  watchQueued(): Changes;
  /** Tells those who wait for a job of a change that the database does not have. */
  wake(id: string): void;
  /** Calls `onChange` with the id of every job that changes, and `onGap` where changes may have been missed. */
  each(onChange: (id: string) => void, onGap: () => void): void;
}

/** No job has this id. */
const QUEUED = "*";

/** The changes that the database tells of; with `queuedOnly` not those of jobs, of which it tells every process. */
export async function jobFeed(database: Database, { queuedOnly = false } = {}): Promise<JobFeed> {
  const sources = new Map<string, Set<ChangeSource>>();
  const listeners = new Set<{ readonly onChange: (id: string) => void; readonly onGap: () => void }>();
  const watch = (key: string): Changes => {
    const set = sources.get(key) ?? new Set<ChangeSource>();
    const source = changeSource(() => {
      set.delete(source);
      if (set.size === 0) sources.delete(key);
    });
    sources.set(key, set.add(source));
    return source;
  };
  const wake = (key: string): void => {
    for (const source of sources.get(key) ?? []) source.changed();
  };
  if (!queuedOnly) {
    await database.listen(JOBS_CHANNEL, {
      onNotice(id) {
        for (const { onChange } of listeners) onChange(id);
        wake(id);
      },
      onGap() {
        for (const { onGap } of listeners) onGap();
        for (const key of sources.keys()) wake(key);
      },
    });
  }
  await database.listen(QUEUED_CHANNEL, { onNotice: () => wake(QUEUED), onGap: () => wake(QUEUED) });
  return {
    watch,
    watchQueued: () => watch(QUEUED),
    wake,
    each: (onChange, onGap) => void listeners.add({ onChange, onGap }),
  };
}
