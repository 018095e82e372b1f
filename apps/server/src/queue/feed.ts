import { type ChangeSource, type Changes, changeSource } from "./changes.ts";
import type { Database } from "./database.ts";
import { JOBS_CHANNEL } from "./rows.ts";

/** Tells who waits for a job, or for any, that it changed. */
export interface JobFeed {
  /** The changes of a job. */
  watch(id: string): Changes;
  /** The changes of every job. */
  watchAll(): Changes;
  /** Tells those who wait for a job of a change that the database does not have. */
  wake(id: string): void;
  /** Calls `onChange` with the id of every job that changes, and `onGap` where changes may have been missed. */
  each(onChange: (id: string) => void, onGap: () => void): void;
}

/** No job has this id. */
const ALL = "*";

/** The changes that the database tells of. */
export async function jobFeed(database: Database): Promise<JobFeed> {
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
  await database.listen(JOBS_CHANNEL, {
    onNotice(id) {
      for (const { onChange } of listeners) onChange(id);
      for (const key of [id, ALL]) wake(key);
    },
    onGap() {
      for (const { onGap } of listeners) onGap();
      for (const key of sources.keys()) wake(key);
    },
  });
  return {
    watch,
    watchAll: () => watch(ALL),
    wake,
    each: (onChange, onGap) => void listeners.add({ onChange, onGap }),
  };
}
