import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { AquatintError } from "aquatint";
import type { Command, Io } from "aquatint/cli";
import { defaultModelFolder } from "aquatint/node";
import { serverDefaults, workerId } from "../app/config.ts";
import { openLog } from "../operate/log.ts";
import { addRunFlags, environmentHelp, type RunFlags, runConfig } from "./flags.ts";

/** Adds `aquatint worker` to the program. */
export const addWorker = (program: Command, io: Io): Command =>
  addRunFlags(program.command("worker"))
    .summary("run jobs of a server on another machine")
    .description(
      "Runs jobs of the servers that use the same PostgreSQL (DATABASE_URL). It needs models with the same names as the servers', and the same store of images: S3_*, or a --data folder that all of them share.",
    )
    .addHelpText("after", environmentHelp())
    .action((flags: RunFlags) => work(flags, io));

async function work(flags: RunFlags, io: Io): Promise<void> {
  const { models, variant, modelFolders, data, databaseUrl, s3, engine, logLevel } = runConfig(flags, io);
  if (databaseUrl === undefined) {
    throw new AquatintError("server/worker-database", "`aquatint worker` needs PostgreSQL", {
      hint: "set DATABASE_URL for it and for the servers; without it, a server runs its jobs itself",
    });
  }
  const [{ openQueue }, { openStorage }, { startWorker }] = await Promise.all([
    import("../queue/open.ts"),
    import("../storage/open.ts"),
    import("../worker/start.ts"),
  ]);
  const log = openLog(logLevel);
  const { leaseSeconds, drainSeconds } = serverDefaults;
  const { maxMemory, ...withoutLimit } = engine;
  const modelPaths = models.length + modelFolders.length > 0 ? models : [await defaultModelFolder()];
  const storage = { folder: join(data, "files"), s3 };
  await (await openStorage(storage)).check();
  const id = workerId(randomUUID().slice(0, 8));
  await using queue = await openQueue({ data, databaseUrl, queuedOnly: true }, (error) =>
    log.error({ error: error.message }, "queue failed"),
  );
  io.stdout.write(`Worker ${id} waits for jobs\n`);
  await startWorker(
    {
      ...{ id, models: { models: modelPaths, variant, folders: modelFolders }, storage },
      ...{ engine: withoutLimit, maxMemory, leaseSeconds, drainSeconds, newsSeconds: queue.newsSeconds },
    },
    {
      leases: queue.leases(leaseSeconds),
      changes: queue.feed.watchQueued(),
      log: (level, fields, message) => log[level](fields, message),
    },
    io.signal,
  );
}
