import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, statfs, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { entryBytes, entryFiles, isIntact, sealEntry } from "./entry.node.ts";

/** An entry of the store. */
export interface PackedEntry {
  readonly key: string;
  readonly bytes: number;
  /** When it was last used, in milliseconds since 1970. */
  readonly lastUse: number;
}

/** Packed programs on disk, safe between processes: an entry is a folder that is renamed to its place when it is whole. */
export interface PackedStore {
  readonly folder: string;
  /** The folder of an entry, unless it is missing, damaged or another's; one that is no entry is removed. */
  find(key: string): Promise<string | undefined>;
  /** Notes the use of a key; true if it was used before. */
  noteUse(key: string): Promise<boolean>;
  /** An empty folder to write an entry into. */
  draft(key: string): Promise<string>;
  /** Makes a draft an entry, and drops those used longest ago beyond the limit. False where it was not whole or too large. */
  commit(key: string, draft: string): Promise<boolean>;
  remove(key: string): Promise<void>;
  /** The entries, the last used first. */
  list(): Promise<readonly PackedEntry[]>;
  /** Removes everything; returns the bytes of the entries. */
  clear(): Promise<number>;
}

/** Share of the free disk, with what the store itself takes, that entries may take. */
const DISK_SHARE = 0.1;
const isKey = (name: string): boolean => /^[0-9a-f]{32}$/.test(name);

/** The store in a folder; `limit` in bytes, a tenth of the free disk if absent. */
export function packedStore(folder: string, limit?: number): PackedStore {
  const remove = (key: string) => rm(join(folder, key), { recursive: true, force: true });
  return {
    folder,
    find: (key) => findEntry(join(folder, key), key),
    noteUse: (key) => noteUse(folder, key),
    async draft(key) {
      const path = join(folder, `${key}.${randomBytes(6).toString("hex")}.tmp`);
      await mkdir(path, { recursive: true });
      return path;
    },
    async commit(key, draft) {
      try {
        await sealEntry(draft, key);
        await remove(key);
        await rename(draft, join(folder, key));
        await evict(folder, { newest: key, limit });
        return (await namesIn(folder)).includes(key);
      } catch {
        return false; // not written, or another process was first
      } finally {
        await rm(draft, { recursive: true, force: true });
      }
    },
    remove,
    list: () => listEntries(folder),
    async clear() {
      const bytes = totalOf(await listEntries(folder));
      await rm(folder, { recursive: true, force: true });
      return bytes;
    },
  };
}

const namesIn = (folder: string) => readdir(folder).catch((): string[] => []);
const totalOf = (entries: readonly PackedEntry[]): number => entries.reduce((sum, { bytes }) => sum + bytes, 0);

async function listEntries(folder: string): Promise<readonly PackedEntry[]> {
  const entries = (await namesIn(folder)).filter(isKey).map(async (key) => {
    const { mtimeMs } = await stat(join(folder, key, entryFiles.manifest));
    return { key, bytes: await entryBytes(join(folder, key)), lastUse: mtimeMs };
  });
  const settled = await Promise.allSettled(entries); // another process may remove one meanwhile
  const present = settled.flatMap((entry) => (entry.status === "fulfilled" ? [entry.value] : []));
  return present.toSorted((a, b) => b.lastUse - a.lastUse);
}

async function findEntry(path: string, key: string): Promise<string | undefined> {
  const exists = await stat(path).catch(() => undefined);
  if (!exists) return undefined;
  if (!(await isIntact(path, key))) {
    await rm(path, { recursive: true, force: true });
    return undefined;
  }
  const now = new Date();
  await utimes(join(path, entryFiles.manifest), now, now).catch(() => {});
  return path;
}

async function noteUse(folder: string, key: string): Promise<boolean> {
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(join(folder, `${key}.used`), "", { flag: "wx" });
    return false;
  } catch {
    return true;
  }
}

interface Eviction {
  readonly newest: string;
  readonly limit: number | undefined;
}

/** Removes the entries used longest ago beyond the limit, the newest one only where it is larger by itself. */
async function evict(folder: string, { newest, limit }: Eviction): Promise<void> {
  const entries = await listEntries(folder);
  let size = totalOf(entries);
  const { bavail, bsize } = await statfs(folder);
  const budget = limit ?? DISK_SHARE * (bavail * bsize + size);
  for (const { key, bytes } of entries.toReversed()) {
    if (size <= budget) return;
    if (key === newest && bytes <= budget) continue;
    await rm(join(folder, key), { recursive: true, force: true });
    size -= bytes;
  }
}
