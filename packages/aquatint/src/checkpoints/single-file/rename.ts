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
