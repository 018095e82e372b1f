/** Module paths of an original file with the paths that the published modules have now. */
export type Renames = ReadonlyMap<string, string>;
/** One entry of a table of renames. */
export type Rename = readonly [original: string, current: string];

/** A key under today's names: its longest prefix of whole path parts that the table knows is replaced. */
export function renameKey(key: string, table: Renames): string | undefined {
  for (let end = key.length; end > 0; end = key.lastIndexOf(".", end - 1)) {
    const current = table.get(key.slice(0, end));
    if (current !== undefined) return current + key.slice(end);
  }
  return undefined;
}

/** One more than the largest number that stands at the place of the group of `pattern`; 0 where no key matches. */
export function countOf(keys: Iterable<string>, pattern: RegExp): number {
  let count = 0;
  for (const key of keys) {
    const found = pattern.exec(key)?.[1];
    if (found !== undefined && found.length < 5) count = Math.max(count, Number(found) + 1);
  }
  return count;
}

/** 0, 1, ... n - 1. */
export const upTo = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);
