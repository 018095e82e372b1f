import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileError } from "../../formats/files.node.ts";
import type { SkipList } from "./skip-list.node.ts";

/** The name of a file or folder that file managers do not show: `.DS_Store`, `._cat.png`, `.git`, `__MACOSX`. */
const isHidden = (name: string): boolean => name.startsWith(".") || name === "__MACOSX";

/**
 * Every file below a folder, as paths from it with slashes. Symbolic links are followed; those that lead nowhere, hidden
 * files and folders that were read already go on the list. @throws AquatintError "file/…" where the folder cannot be read.
 */
export async function filesBelow(folder: string, skipped: SkipList): Promise<readonly string[]> {
  const files: string[] = [];
  /** Folders by their real paths. */
  const read = new Set<string>();
  const links: string[] = [];
  const enter = async (path: string): Promise<void> => {
    const real = await realpath(join(folder, path));
    if (read.has(real)) return skipped.add("links to a folder that is read already", path);
    read.add(real);
    const entries = await readdir(real, { withFileTypes: true });
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) await look(path, entry);
  };
  const look = async (parent: string, entry: Dirent): Promise<void> => {
    const path = parent === "" ? entry.name : `${parent}/${entry.name}`;
    if (isHidden(entry.name)) return skipped.add("hidden", path);
    if (entry.isSymbolicLink()) links.push(path);
    else if (entry.isDirectory()) await enterOrSkip(path);
    else if (entry.isFile()) files.push(path);
  };
  const enterOrSkip = (path: string): Promise<void> =>
    enter(path).catch(() => skipped.add("folders that cannot be read", path));
  await enter("").catch((cause: unknown) => {
    throw fileError("read", folder, cause);
  });
  // after all real folders, so that a link into one of them is the one that is skipped
  for (let path = links.shift(); path !== undefined; path = links.shift()) {
    const stats = await stat(join(folder, path)).catch(() => undefined);
    if (stats?.isDirectory()) await enterOrSkip(path);
    else if (stats?.isFile()) files.push(path);
    else skipped.add("links that lead nowhere", path);
  }
  return files;
}
