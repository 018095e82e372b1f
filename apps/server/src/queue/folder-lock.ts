import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AquatintError } from "aquatint";

/** Takes a folder for this process; the result gives it back. A lock whose process is gone counts for nothing. */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, "server.lock");
  for (let attempt = 0; ; attempt++) {
    try {
      await writeFile(path, String(process.pid), { flag: "wx" });
      return () => rm(path, { force: true });
    } catch (cause) {
      const owner = Number(await readFile(path, "utf8").catch(() => "0"));
      if (attempt > 0 || (owner !== process.pid && isAlive(owner)) || !isExists(cause))
        throw locked(folder, owner, cause);
      await rm(path, { force: true });
    }
  }
}

const isExists = (cause: unknown): boolean => (cause as { readonly code?: unknown }).code === "EEXIST";

function isAlive(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { readonly code?: unknown }).code === "EPERM";
  }
}

const locked = (folder: string, owner: number, cause: unknown) =>
  new AquatintError("server/locked", `process ${owner} uses the folder ${folder}`, {
    hint: "stop that server, choose another folder with --data, or give DATABASE_URL for several servers",
    cause,
  });
