import type { ReportedFiles } from "../dataset.ts";

/** Number of files named for each reason. */
const MAX_FILES = 5;

/** Files that cannot be used, or of which something is to be said, as they are found. */
export interface SkipList {
  add(reason: string, file: string): void;
  /** By reason, the most frequent first. */
  list(): readonly ReportedFiles[];
}

/** An empty list. */
export function skipList(): SkipList {
  const reasons = new Map<string, Set<string>>();
  return {
    add(reason, file) {
      reasons.set(reason, (reasons.get(reason) ?? new Set()).add(file));
    },
    list: () =>
      [...reasons]
        .map(([reason, files]) => ({ reason, count: files.size, files: [...files].sort().slice(0, MAX_FILES) }))
        .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1)),
  };
}
