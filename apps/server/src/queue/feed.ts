import { type ChangeSource, type Changes, changeSource } from "./changes.ts";
import type { Database } from "./database.ts";
import { JOBS_CHANNEL } from "./rows.ts";

/** Tells who waits for a job, or for any, that it changed. */
export interface JobFeed {
  /** The changes of a job. */
  watch(id: string): Changes;
  /** The changes of every job. */
  watchAll(): Changes;
  /** Calls `onChange` with the id of every job that changes. */
  each(onChange: (id: string) => void): void;
}

/** No job has this id. */
const ALL = "*";

/** The changes that the database tells of. */
export async function jobFeed(database: Database): Promise<JobFeed> {
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
  await database.listen(JOBS_CHANNEL, (id) => {
    for (const listener of listeners) listener(id);
    for (const key of [id, ALL]) for (const source of sources.get(key) ?? []) source.changed();
  });
  return { watch, watchAll: () => watch(ALL), each: (onChange) => void listeners.add(onChange) };
}
