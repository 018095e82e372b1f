import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, statfs, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { entryBytes, entryFiles, isIntact, sealEntry } from "./entry.node.ts";

/** An entry of the store. */
export interface PackedEntry {
  readonly key: string;
  readonly bytes: number;
  /** When it was last used, in milliseconds since 1970. */
  readonly used: number;
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
  const at = (key: string) => join(folder, key);
  const remove = (name: string) => rm(at(name), { recursive: true, force: true });
  const names = () => readdir(folder).catch((): string[] => []);
  async function list(): Promise<readonly PackedEntry[]> {
    const entries = (await names()).filter(isKey).map(async (key) => {
      const { mtimeMs } = await stat(join(at(key), entryFiles.manifest));
      return { key, bytes: await entryBytes(at(key)), used: mtimeMs };
    });
    const settled = await Promise.allSettled(entries); // another process may remove one meanwhile
    const present = settled.flatMap((entry) => (entry.status === "fulfilled" ? [entry.value] : []));
    return present.toSorted((a, b) => b.used - a.used);
  }
  async function evict(kept: string): Promise<void> {
    const entries = await list();
    const total = entries.reduce((sum, { bytes }) => sum + bytes, 0);
    const most = limit ?? DISK_SHARE * ((await freeBytes(folder)) + total);
    let left = total;
    for (const { key, bytes } of entries.toReversed()) {
      if (left <= most) return;
      if (key === kept && bytes <= most) continue;
      await remove(key);
      left -= bytes;
    }
  }
  return {
    folder,
    async find(key) {
      if (!(await names()).includes(key)) return undefined;
      if (!(await isIntact(at(key), key))) {
        await remove(key);
        return undefined;
      }
      const now = new Date();
      await utimes(join(at(key), entryFiles.manifest), now, now).catch(() => {});
      return at(key);
    },
    async noteUse(key) {
      await mkdir(folder, { recursive: true });
      const created = await writeFile(join(folder, `${key}.used`), "", { flag: "wx" }).then(
        () => true,
        () => false,
      );
      return !created;
    },
    async draft(key) {
      const path = join(folder, `${key}.${randomBytes(6).toString("hex")}.tmp`);
      await mkdir(path, { recursive: true });
      return path;
    },
    async commit(key, draft) {
      try {
        await sealEntry(draft, key);
        await remove(key);
        await rename(draft, at(key));
        await evict(key);
        return (await names()).includes(key);
      } catch {
        return false; // not written, or another process was first
      } finally {
        await rm(draft, { recursive: true, force: true });
      }
    },
    remove,
    list,
    async clear() {
      const bytes = (await list()).reduce((sum, entry) => sum + entry.bytes, 0);
      await rm(folder, { recursive: true, force: true });
      return bytes;
    },
  };
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
