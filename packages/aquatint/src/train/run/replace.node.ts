import { rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { writeFileAtomic } from "../../formats/files.node.ts";
import { makeFolder } from "../../formats/folders.node.ts";

/** Paths of the new folder, and of the old one while the new one takes its place. */
const paths = (folder: string) => ({
  next: join(dirname(folder), `.${basename(folder)}.tmp`),
  before: `${folder}.before`,
});
const removed = (folder: string) => rm(folder, { recursive: true, force: true });
const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/**
 * Puts `files`, by their paths in it, in the place of a folder, which is never seen half old and half new: a kill leaves
 * either of them whole, and perhaps under the name `FOLDER.before`, which `finishReplacing` takes back.
 */
export async function replaceFolder(folder: string, files: ReadonlyMap<string, Uint8Array | string>): Promise<void> {
  const { next, before } = paths(folder);
  await finishReplacing(folder);
  try {
    for (const [path, bytes] of files) {
      await makeFolder(dirname(join(next, path)));
      await writeFileAtomic(join(next, path), bytes);
    }
  } catch (cause) {
    await removed(next);
    throw cause;
  }
  if (await exists(folder)) await rename(folder, before);
  await rename(next, folder);
  await removed(before);
}

/** Clears away what a killed `replaceFolder` left; the old folder gets its name back where the new one has not taken it. */
export async function finishReplacing(folder: string): Promise<void> {
  const { next, before } = paths(folder);
  await removed(next);
  if (!(await exists(before))) return;
  if (await exists(folder)) await removed(before);
  else await rename(before, folder);
}
