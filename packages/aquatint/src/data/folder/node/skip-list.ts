import type { Skipped } from "../../dataset.ts";

/** How many files are named for each reason. */
const NAMED = 5;

/** Files that cannot be used, as they are found. */
export interface SkipList {
  add(reason: string, file: string): void;
  /** By reason, the most frequent first. */
  list(): readonly Skipped[];
}

/** An empty list. */
export function skipList(): SkipList {
  const reasons = new Map<string, string[]>();
  return {
    add(reason, file) {
      const files = reasons.get(reason) ?? [];
      files.push(file);
      reasons.set(reason, files);
    },
    list: () =>
      [...reasons]
        .map(([reason, files]) => ({ reason, count: files.length, files: files.sort().slice(0, NAMED) }))
        .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1)),
  };
}
