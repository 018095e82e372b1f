import { createHash } from "node:crypto";
import { open, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Names of an entry's files. */
export const entryFiles = { model: "model.onnx", weights: "weights.bin", manifest: "entry.json" } as const;

/** Blocks of a file that its mark looks at, and the bytes of each. */
const [BLOCKS, BLOCK] = [256, 4096];

interface Manifest {
  readonly key: string;
  readonly files: Readonly<Record<string, string>>;
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

async function marksIn(folder: string): Promise<Readonly<Record<string, string>>> {
  const { model, weights } = entryFiles;
  return { [model]: await markOf(join(folder, model)), [weights]: await markOf(join(folder, weights)) };
}

/** Closes a written entry with its manifest; returns its bytes. Throws where a file is missing. */
export async function sealEntry(folder: string, key: string): Promise<number> {
  const manifest: Manifest = { key, files: await marksIn(folder) };
  await writeFile(join(folder, entryFiles.manifest), JSON.stringify(manifest));
  return entryBytes(folder);
}

/** True if a folder is the whole, unchanged entry of this key. */
export async function isIntact(folder: string, key: string): Promise<boolean> {
  try {
    const manifest: Manifest = JSON.parse(await readFile(join(folder, entryFiles.manifest), "utf8"));
    return manifest.key === key && JSON.stringify(manifest.files) === JSON.stringify(await marksIn(folder));
  } catch {
    return false;
  }
}

/** Bytes of an entry's files. */
export async function entryBytes(folder: string): Promise<number> {
  const sizes = Object.values(entryFiles).map(async (name) => (await stat(join(folder, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
