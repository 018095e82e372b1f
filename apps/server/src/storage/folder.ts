import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileError, makeFolder, writeFileAndFolder } from "aquatint/node";
import { checkKey, type FileStore } from "./types.ts";

/** Name and bytes of the file that a check writes: a disk that is full still makes empty files. */
const PROBE = ".check";
const PROBE_BYTES = new Uint8Array(2 ** 16);

/** Files in a folder, a folder a job. */
export async function folderStore(root: string): Promise<FileStore> {
  await makeFolder(root).catch((cause: unknown) => {
    throw fileError("write", root, cause);
  });
  const pathOf = (key: string): string => join(root, checkKey(key));
  return {
    put: (key, bytes) => writeFileAndFolder(pathOf(key), bytes),
    async get(key) {
      const bytes = await readFile(pathOf(key)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined;
        throw error;
      });
      return bytes && new Uint8Array(bytes);
    },
    remove: (key) => rm(pathOf(key), { force: true }),
    removeJob: (id) => rm(join(pathOf(`${id}/x`), ".."), { recursive: true, force: true }),
    check: () => checkFolder(root),
  };
}

/** Writes a file into a folder and removes it. @throws AquatintError "file/…" where that is not possible. */
export async function checkFolder(folder: string): Promise<void> {
  const path = join(folder, PROBE);
  try {
    await writeFile(path, PROBE_BYTES);
  } catch (cause) {
    throw fileError("write", folder, cause);
  } finally {
    await rm(path, { force: true });
  }
}
