import { join } from "node:path";
import { AquatintError } from "aquatint";
import { exclusiveLock } from "aquatint/node";

/** Takes a folder for this process, and makes it if needed; disposal gives it back. @throws AquatintError "server/locked". */
export const lockFolder = (folder: string): Promise<AsyncDisposable> =>
  exclusiveLock(join(folder, "server.lock")).catch((cause: unknown) => {
    if (!(cause instanceof AquatintError) || cause.code !== "file/locked") throw cause;
    throw new AquatintError("server/locked", cause.message, {
      hint: `end that process, choose another folder with --data, or set DATABASE_URL to share jobs in PostgreSQL; if it no longer runs, remove ${join(folder, "server.lock")}`,
      cause,
    });
  });
