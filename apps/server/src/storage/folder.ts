import { access, constants, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileError, makeFolder, writeFileAndFolder } from "aquatint/node";
import { checkKey, type FileStore } from "./types.ts";

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
    check: () => access(root, constants.W_OK),
  };
}
