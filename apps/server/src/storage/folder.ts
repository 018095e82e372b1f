import { access, constants, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { AquatintError } from "aquatint";
import { fileError, makeFolder, writeFileAndFolder } from "aquatint/node";
import { type FileStore, isKey } from "./types.ts";

/** Files in a folder, a folder a job. */
export async function folderStore(root: string): Promise<FileStore> {
  await makeFolder(root).catch((cause: unknown) => {
    throw fileError("write", root, cause);
  });
  const pathOf = (key: string): string => {
    if (isKey(key)) return join(root, key);
    throw new AquatintError("storage/key", `"${key}" is no key of a file`, { hint: "give a key that the server made" });
  };
  return {
    put: (key, bytes) => writeFileAndFolder(pathOf(key), bytes),
    async get(key) {
      const bytes = await readFile(pathOf(key)).catch(() => undefined);
      return bytes && new Uint8Array(bytes);
    },
    remove: (key) => rm(pathOf(key), { force: true }),
    removeJob: (id) => rm(join(pathOf(`${id}/x`), ".."), { recursive: true, force: true }),
    check: () => access(root, constants.W_OK),
  };
}
