import { randomBytes } from "node:crypto";
import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { AquatintError } from "../errors.ts";
import { nameProblem } from "./file-names.ts";

/** Refuses a path whose last part cannot be, or should not be, the name of a new file or folder. @throws AquatintError "file/name" */
export function checkName(path: string): void {
  const problem = nameProblem(basename(path), process.platform);
  if (problem === undefined) return;
  throw new AquatintError("file/name", `cannot write ${JSON.stringify(path)}: ${problem}`, {
    hint: "choose another name",
  });
}

/**
 * Makes a folder and those above it that are absent. Node's own recursive `mkdir` never returns in a file system that
 * has no place for folders, such as /proc.
 * @returns the highest folder that was made; undefined if all were there.
 * @throws AquatintError "file/name"; otherwise the error of `node:fs`.
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  if (await isFolder(path)) return undefined;
  checkName(path);
  try {
    await mkdir(path);
    return path;
  } catch (cause) {
    if (await isFolder(path)) return undefined; // made meanwhile
    if (!(cause instanceof Error && "code" in cause && cause.code === "ENOENT") || dirname(path) === path) throw cause;
  }
  const top = await makeFolder(dirname(path));
  await mkdir(path).catch(async (cause: unknown) => {
    if (!(await isFolder(path))) throw cause;
  });
  return top ?? path;
}

/** Tells by a small file whether a folder can be written into: permissions do not say, nor that the disk is full. @throws the error of `node:fs`. */
export async function tryWriting(folder: string): Promise<void> {
  const path = join(folder, `.${randomBytes(6).toString("hex")}.tmp`);
  await writeFile(path, new Uint8Array(4096), { flag: "wx" }).finally(() => rm(path, { force: true }));
}

/** True for a folder, false for a file, undefined where there is nothing. */
export const isFolder = (path: string): Promise<boolean | undefined> =>
  stat(path).then(
    (stats) => stats.isDirectory(),
    () => undefined,
  );
