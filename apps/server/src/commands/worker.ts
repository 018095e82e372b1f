import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { AquatintError } from "aquatint";
import { type Command, choice, type Io } from "aquatint/cli";
import { defaultModelFolder } from "aquatint/node";
import { type ServerConfig, serverDefaults, workerId } from "../app/config.ts";
import { logLevels, openLog } from "../operate/log.ts";
import { addRunFlags, type RunFlags, runConfig } from "./flags.ts";

interface Flags extends RunFlags {
  readonly logLevel: ServerConfig["logLevel"];
}

/** Adds `aquatint worker` to the program. */
export const addWorker = (program: Command, io: Io): Command =>
  addRunFlags(program.command("worker"))
    .summary("run jobs of a server on another machine")
    .description(
      "Runs jobs of the servers on the same PostgreSQL, DATABASE_URL. It needs models of the same names, and the same images: S3_* or a shared --data folder.",
    )
    .option("--log-level <level>", logLevels.join(", "), choice("--log-level", logLevels), "info")
    .action((flags: Flags) => work(flags, io));

async function work(flags: Flags, io: Io): Promise<void> {
  const { models, modelFolders, data, databaseUrl, s3, engine } = runConfig(flags, io);
  if (databaseUrl === undefined) {
    throw new AquatintError("server/worker-database", "a worker on its own needs PostgreSQL", {
      hint: "set DATABASE_URL for it and the server; without one the server runs its jobs itself",
    });
  }
  const [{ openQueue }, { startWorker }] = await Promise.all([
    import("../queue/open.ts"),
    import("../worker/start.ts"),
  ]);
  const log = openLog(flags.logLevel);
  const { leaseSeconds, drainSeconds } = serverDefaults;
  const { maxMemory, ...withoutLimit } = engine;
  const modelPaths = models.length + modelFolders.length > 0 ? models : [await defaultModelFolder()];
  const id = workerId(randomUUID().slice(0, 8));
  await using queue = await openQueue({ data, databaseUrl }, (error) =>
    log.error({ error: error.message }, "queue failed"),
  );
  io.stdout.write(`Worker ${id} waits for jobs\n`);
  await startWorker(
    {
      ...{ id, models: { models: modelPaths, folders: modelFolders }, storage: { folder: join(data, "files"), s3 } },
      ...{ engine: withoutLimit, maxMemory, leaseSeconds, drainSeconds },
    },
    {
      leases: queue.leases(leaseSeconds),
      changes: queue.feed.watchAll(),
      log: (level, fields, message) => log[level](fields, message),
    },
    io.signal,
  );
}
