import type { StatsFs } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, statfs, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { codeOf } from "../../errors.ts";
import { entryBytes, entryFiles } from "./entry.node.ts";

/** An entry of the store. */
export interface PackedEntry {
  readonly key: string;
  readonly bytes: number;
  /** When it was last used, in milliseconds since 1970. */
  readonly lastUse: number;
}

/** The file with the bytes that entries may take. */
export const LIMIT = "limit.txt";
/** Share of the free disk, with what the store itself takes, that entries may take where no limit is set. */
const DISK_SHARE = 0.1;
const isKey = (name: string): boolean => /^[0-9a-f]{32}$/.test(name);

/** Names in a folder, none where it is missing. */
export const namesIn = (folder: string) => readdir(folder).catch((): string[] => []);
/** Bytes of entries. */
export const totalOf = (entries: readonly PackedEntry[]): number => entries.reduce((sum, { bytes }) => sum + bytes, 0);

/** The entries in a folder, the last used first. */
export async function listEntries(folder: string): Promise<readonly PackedEntry[]> {
  const entries = (await namesIn(folder)).filter(isKey).map(async (key) => {
    const { mtimeMs } = await stat(join(folder, key, entryFiles.manifest));
    return { key, bytes: await entryBytes(join(folder, key)), lastUse: mtimeMs };
  });
  const settled = await Promise.allSettled(entries); // another process may remove one meanwhile
  const present = settled.flatMap((entry) => (entry.status === "fulfilled" ? [entry.value] : []));
  return present.toSorted((a, b) => b.lastUse - a.lastUse);
}

/** Bytes that the entries in a folder may take. */
export async function limitOf(folder: string): Promise<number> {
  const bytes = Number.parseFloat(await readFile(join(folder, LIMIT), "utf8").catch(() => ""));
  if (bytes >= 0) return bytes;
  const { bavail, bsize } = await diskOf(folder);
  return DISK_SHARE * (bavail * bsize + totalOf(await listEntries(folder)));
}

/** The disk of a folder, or of the nearest one above that exists. */
const diskOf = (folder: string): Promise<StatsFs> =>
  statfs(folder).catch((error: unknown) => {
    const parent = dirname(folder);
    if (codeOf(error) !== "ENOENT" || parent === folder) throw error;
    return diskOf(parent);
  });

/** Entries that were used within so many milliseconds are those of programs in use: they do not make room for others. */
const IN_USE = 3_600_000;
const isInUse = ({ lastUse }: PackedEntry): boolean => Date.now() - lastUse < IN_USE;

/** True if so many bytes fit beside the entries in use. Else programs of one model would drive each other out at every start. */
export async function hasRoom(folder: string, bytes: number): Promise<boolean> {
  const entries = await listEntries(folder);
  return totalOf(entries.filter(isInUse)) + bytes <= (await limitOf(folder));
}

/**
 * Removes the entries used longest ago beyond the limit; of those in use the newest one, then others. A removal may free less than the
 * entry's bytes, because what others share stays.
 */
export async function evict(folder: string, newest?: string): Promise<void> {
  const limit = await limitOf(folder);
  for (;;) {
    const entries = await listEntries(folder);
    if (totalOf(entries) <= limit) return;
    const first =
      entries.findLast((entry) => entry.key !== newest && !isInUse(entry)) ??
      entries.find(({ key }) => key === newest) ??
      entries.at(-1);
    if (!first) return;
    await rm(join(folder, first.key), { recursive: true, force: true });
  }
}

/** Sets the limit, a share of the disk again if undefined, and drops what is beyond it. */
export async function setLimit(folder: string, bytes: number | undefined): Promise<void> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, LIMIT);
  await (bytes === undefined ? rm(path, { force: true }) : writeFile(path, String(bytes)));
  await evict(folder);
}
