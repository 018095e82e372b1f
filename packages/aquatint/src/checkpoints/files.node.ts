import { type FileHandle, open, readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { AquatintError } from "../errors.ts";
import { fileError, readBytes } from "../formats/files.node.ts";
import type { FileRange, ModelFiles } from "./files.ts";

/**
 * A folder of this machine's disk, or a single file with what lies beside it. A path or a link that leaves the folder is
 * refused before anything is read; the single file itself may be a link. @throws AquatintError "file/missing" or another "file/…".
 */
export async function diskFiles(path: string): Promise<ModelFiles> {
  const stats = await stat(path).catch((cause: unknown) => {
    throw fileError("read", path, cause);
  });
  if (stats.isDirectory()) return folderFiles(path);
  return { ...(await folderFiles(dirname(path), basename(path))), file: basename(path) };
}

/** @param linked the file that may lead elsewhere. */
async function folderFiles(folder: string, linked?: string): Promise<ModelFiles> {
  const root = await realPath(folder, folder);
  const home = linkHome(root);
  const locate = async (path: string): Promise<string> => {
    const file = resolve(root, path);
    if (leaves(root, file)) throw outside(folder, path);
    const real = await realPath(file, join(folder, path));
    if (path !== linked && leaves(home, real)) throw outside(folder, path);
    return real;
  };
  return {
    name: folder,
    async list(path) {
      const real = await locate(path).catch((error: unknown) => {
        if (error instanceof AquatintError && error.code === "file/missing") return undefined;
        throw error;
      });
      const entries = real === undefined ? [] : await readdir(real).catch(() => []);
      return entries.sort();
    },
    async size(path) {
      const { size } = await stat(await locate(path)).catch((cause: unknown) => {
        throw fileError("read", join(folder, path), cause);
      });
      return size;
    },
    async read(path, range) {
      const real = await locate(path);
      return range ? readRange(real, range) : readBytes(real);
    },
    locate: async (path) => (await locate(path)).split(sep).join("/"),
  };
}

async function readRange(path: string, range: FileRange): Promise<Uint8Array<ArrayBuffer>> {
  try {
    // no `await using`: file systems that stand in for Node's, such as yarn's, have handles that are not disposable
    const file = await open(path, "r");
    try {
      return await readFrom(file, range);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw fileError("read", path, cause);
  }
}

async function readFrom(file: FileHandle, { offset, length }: FileRange): Promise<Uint8Array<ArrayBuffer>> {
  // a range may end far behind the file, and its bytes would be filled with zeros first
  const { size } = await file.stat();
  const data = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
  let end = 0;
  // one call reads at most 2 GiB
  while (end < data.length) {
    const { bytesRead } = await file.read(data, end, Math.min(data.length - end, 2 ** 30), offset + end);
    if (bytesRead === 0) break;
    end += bytesRead;
  }
  return data.subarray(0, end);
}

const realPath = (path: string, name: string): Promise<string> =>
  realpath(path).catch((cause: unknown) => {
    throw fileError("read", name, cause);
  });

/** Folders that the links of a folder may lead into: itself, or the repository of a hub's cache whose snapshot it is. */
function linkHome(root: string): string {
  const parts = root.split(sep);
  const at = parts.lastIndexOf("snapshots");
  const repository = parts[at - 1];
  return at > 0 && repository?.startsWith("models--") ? parts.slice(0, at).join(sep) : root;
}

function leaves(root: string, file: string): boolean {
  const path = relative(root, file);
  return path.split(/[\\/]/)[0] === ".." || isAbsolute(path);
}

const outside = (folder: string, path: string) =>
  new AquatintError("file/outside", `"${path.slice(0, 200)}" leaves the folder ${folder}`, {
    hint: "copy the file into the folder, or open the folder that contains it",
  });
