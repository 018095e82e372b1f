import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** Tells a file from another of its name. */
export interface FileStamp {
  /** Sizes and times; another one where the file, or one in the folder, was changed or exchanged. */
  readonly text: string;
  /** When that was last, in milliseconds since 1970; 0 where there is no such file. */
  readonly changedAt: number;
}

/** Folders below a folder that are looked into. */
const MAX_DEPTH = 3;

/** The stamp of a file, or of every file in a folder. */
export async function fileStamp(path: string, depth = 0): Promise<FileStamp> {
  const { size, mtimeMs, ctimeMs, isFolder } = await stat(path).then(
    (stats) => ({ size: stats.size, mtimeMs: stats.mtimeMs, ctimeMs: stats.ctimeMs, isFolder: stats.isDirectory() }),
    () => ({ size: 0, mtimeMs: 0, ctimeMs: 0, isFolder: false }),
  );
  // a file that is moved over another keeps the time of its content
  if (!isFolder) return { text: `${path} ${size} ${mtimeMs} ${ctimeMs}`, changedAt: Math.max(mtimeMs, ctimeMs) };
  const names = depth < MAX_DEPTH ? await readdir(path).catch(() => []) : [];
  const files = await Promise.all(names.toSorted().map((name) => fileStamp(join(path, name), depth + 1)));
  return {
    text: [path, ...files.map(({ text }) => text)].join("\n"),
    changedAt: Math.max(mtimeMs, ctimeMs, ...files.map(({ changedAt }) => changedAt)),
  };
}
