import { randomBytes } from "node:crypto";
import { mkdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { codeOf } from "../../errors.ts";
import { entryFiles, isIntact, sealEntry } from "./entry.node.ts";
import {
  evict,
  hasRoom,
  LIMIT,
  limitOf,
  listEntries,
  namesIn,
  type PackedEntry,
  setLimit,
  totalOf,
} from "./limit.node.ts";
import { shareWeights } from "./share.node.ts";

/** Packed programs on disk, safe between processes: an entry is a folder that is renamed to its place when it is whole. */
export interface PackedStore {
  readonly folder: string;
  /** The folder of an entry, unless it is missing, damaged or another's; one that is no entry is removed. */
  find(key: string): Promise<string | undefined>;
  /** Notes the use of a key. */
  noteUse(key: string): Promise<"first" | "later">;
  /** True if an entry of so many bytes fits within the limit, beside those that are in use. */
  hasRoom(bytes: number): Promise<boolean>;
  /** An empty folder to write an entry into. */
  draft(key: string): Promise<string>;
  /** Makes a draft an entry, and drops those used longest ago beyond the limit. False where it was not whole or too large. */
  commit(key: string, draft: string): Promise<boolean>;
  remove(key: string): Promise<void>;
  /** The entries, the last used first. */
  list(): Promise<readonly PackedEntry[]>;
  /** Removes everything but the limit; returns the bytes of the entries. */
  clear(): Promise<number>;
  /** Bytes that entries may take: those set, or a tenth of the free disk. */
  limit(): Promise<number>;
  /** Sets the limit for this and later processes, a share of the disk again if undefined, and drops what is beyond it. */
  setLimit(bytes: number | undefined): Promise<void>;
}

/** A draft that was not touched for so long, in milliseconds, is of a process that ended before it was whole. */
const STALE = 3_600_000;

/** The store in a folder. */
export function packedStore(folder: string): PackedStore {
  const remove = (key: string) => rm(join(folder, key), { recursive: true, force: true });
  return {
    folder,
    find: (key) => findEntry(join(folder, key), key),
    noteUse: (key) => noteUse(folder, key),
    hasRoom: (bytes) => hasRoom(folder, bytes),
    async draft(key) {
      await removeStaleDrafts(folder);
      const path = join(folder, `${key}.${randomBytes(6).toString("hex")}.tmp`);
      await mkdir(path, { recursive: true });
      return path;
    },
    async commit(key, draft) {
      try {
        const entries = (await listEntries(folder)).map((entry) => join(folder, entry.key));
        await sealEntry(draft, key, await shareWeights(draft, entries));
        await remove(key);
        await rename(draft, join(folder, key));
        await evict(folder, key);
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
      const names = (await namesIn(folder)).filter((name) => name !== LIMIT);
      for (const name of names) await rm(join(folder, name), { recursive: true, force: true });
      return bytes;
    },
    limit: () => limitOf(folder),
    setLimit: (bytes) => setLimit(folder, bytes),
  };
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

async function noteUse(folder: string, key: string): Promise<"first" | "later"> {
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(join(folder, `${key}.used`), "", { flag: "wx" });
    return "first";
  } catch (error) {
    if (codeOf(error) === "EEXIST") return "later";
    throw error;
  }
}

async function removeStaleDrafts(folder: string): Promise<void> {
  for (const name of (await namesIn(folder)).filter((n) => n.endsWith(".tmp"))) {
    const { mtimeMs } = await stat(join(folder, name)).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (Date.now() - mtimeMs > STALE) await rm(join(folder, name), { recursive: true, force: true });
  }
}
