import { createHash } from "node:crypto";
import { open, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Names of the files that every entry has. Files of weights that other entries have too are links, with names of their own. */
export const entryFiles = { model: "model.onnx", weights: "weights.bin", manifest: "entry.json" } as const;

/** The place of the bytes of a constant or of one of its packed forms. */
export interface StoredSegment {
  readonly file: string;
  readonly hash: string;
  readonly offset: number;
}

/** Blocks of a file that its mark looks at, and the bytes of each. */
const [BLOCKS, BLOCK] = [256, 4096];

interface Manifest {
  readonly key: string;
  /** The mark of each other file. */
  readonly files: Readonly<Record<string, string>>;
  readonly segments: readonly StoredSegment[];
}

/**
 * Size, time and a hash of a file: of all of it up to 1 MiB, of 256 blocks spread over it beyond, since reading gigabytes would take
 * longer than packing them.
 */
async function markOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { size, mtimeMs } = await file.stat();
    const hash = createHash("sha256").update(`${size} ${mtimeMs}`);
    const step = Math.max(BLOCK, Math.floor((size - BLOCK) / (BLOCKS - 1)));
    for (let at = 0; at < size; at += step) {
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(BLOCK), position: at });
      hash.update(buffer.subarray(0, bytesRead));
    }
    return hash.digest("hex");
  } finally {
    await file.close();
  }
}

const manifestIn = async (folder: string): Promise<Manifest> =>
  JSON.parse(await readFile(join(folder, entryFiles.manifest), "utf8"));

async function marksIn(folder: string, names: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const marks = names.map(async (name) => [name, await markOf(join(folder, name))] as const);
  return Object.fromEntries(await Promise.all(marks));
}

/** Closes a written entry with its manifest. Throws where a file is missing. */
export async function sealEntry(folder: string, key: string, segments: readonly StoredSegment[]): Promise<void> {
  const { model, weights, manifest } = entryFiles;
  const names = new Set([model, weights, ...(await readdir(folder))]);
  names.delete(manifest);
  const content: Manifest = { key, files: await marksIn(folder, [...names]), segments };
  await writeFile(join(folder, manifest), JSON.stringify(content));
}

/** True if a folder is the whole, unchanged entry of this key. */
export async function isIntact(folder: string, key: string): Promise<boolean> {
  try {
    const { key: stored, files } = await manifestIn(folder);
    const names = new Set([entryFiles.model, entryFiles.weights, ...Object.keys(files)]);
    return stored === key && JSON.stringify(files) === JSON.stringify(await marksIn(folder, [...names]));
  } catch {
    return false;
  }
}

/** The places of the bytes of an entry's constants; none for a folder that is no entry. */
export async function segmentsOf(folder: string): Promise<readonly StoredSegment[]> {
  const { segments } = await manifestIn(folder).catch(() => ({ segments: [] }));
  return segments;
}

/** Bytes of an entry's files; of a file that several entries have, its share. */
export async function entryBytes(folder: string): Promise<number> {
  const sizes = (await readdir(folder)).map(async (name) => {
    const { size, nlink } = await stat(join(folder, name));
    return size / nlink;
  });
  return Math.round((await Promise.all(sizes)).reduce((sum, size) => sum + size, 0));
}
