import { resolve } from "node:path";
import { AquatintError } from "aquatint";
import { type Command, choice, type Io, integer } from "aquatint/cli";
import { DEFAULT_PORT, type ServerConfig, serverDefaults } from "../app/config.ts";
import { logLevels } from "../operate/log.ts";
import { addRunFlags, ending, type RunFlags, runConfig } from "./flags.ts";

interface Flags extends RunFlags {
  readonly host: string;
  readonly port: number;
  readonly users?: string;
  readonly allowHost: readonly string[];
  readonly publicUrl?: string;
  readonly allowOrigin: readonly string[];
  readonly maxQueue: number;
  readonly maxQueuePerUser: number;
  readonly keepHours: number;
  readonly logLevel: ServerConfig["logLevel"];
  readonly worker: boolean;
}

const { limits, keepHours } = serverDefaults;

/** Adds `aquatint serve` to the program. */
export const addServe = (program: Command, io: Io): Command =>
  addSafety(addRunFlags(program.command("serve")))
    .summary("serve models over HTTP to clients of AUTOMATIC1111, OpenAI and programs")
    .description(
      "Serves models over HTTP: /v1/jobs (see /v1/docs), the web UI's /sdapi/v1 and OpenAI's /v1/images. Jobs wait in a queue and are kept in --data, or in PostgreSQL where DATABASE_URL is set.",
    )
    .option("--host <address>", "address to listen on; another than this machine's needs a token or users", "127.0.0.1")
    .option("--port <n>", "port", integer("--port", { min: 0, max: 65535, example: DEFAULT_PORT }), DEFAULT_PORT)
    .option(
      "--max-queue <n>",
      "jobs that may wait",
      integer("--max-queue", { min: 1, example: 1000 }),
      limits.maxQueued,
    )
    .option(
      "--max-queue-per-user <n>",
      "jobs of one user that may wait",
      integer("--max-queue-per-user", { min: 1, example: 100 }),
      limits.maxQueuedPerUser,
    )
    .option(
      "--keep-hours <n>",
      "time that images and ended jobs are kept",
      integer("--keep-hours", { min: 1, example: 24 }),
      keepHours,
    )
    .option("--no-worker", "run no jobs here: `aquatint worker` on other machines does")
    .option("--log-level <level>", logLevels.join(", "), choice("--log-level", logLevels), "info")
    .action((flags: Flags) => serve(flags, io));

const addSafety = (command: Command): Command =>
  command
    .option("--users <file>", "file of users, which `aquatint users` writes")
    .option("--allow-host <name...>", "names that the server is called by, besides localhost and addresses", [])
    .option(
      "--public-url <url>",
      "address of a proxy that clients call, such as https://gpu.example.org; its name is allowed, and answers have it",
      publicUrl,
    )
    .option("--allow-origin <origin...>", "origins of web pages that may call the server", []);

/** An address without a path. @throws AquatintError "server/public-url". */
function publicUrl(text: string): string {
  const { protocol, origin, pathname } = URL.canParse(text) ? new URL(text) : {};
  if (/^https?:$/.test(protocol ?? "") && origin !== undefined && pathname === "/") return origin;
  throw new AquatintError("server/public-url", `--public-url: "${text}" is no address of a server`, {
    hint: "give https:// and a name, without a path: https://gpu.example.org",
  });
}

async function serve(flags: Flags, io: Io): Promise<void> {
  const { host, port, users, allowHost, allowOrigin, maxQueue, maxQueuePerUser, worker, logLevel } = flags;
  const { startServer } = await import("../app/server.ts");
  const server = await startServer({
    ...runConfig(flags, io),
    ...{ host, port, worker, logLevel, keepHours: flags.keepHours },
    usersFile: users === undefined ? undefined : resolve(io.cwd, users),
    token: io.env["AQUATINT_TOKEN"] || undefined,
    allowedHosts: allowHost.map((name) => name.toLowerCase()),
    allowedOrigins: allowOrigin,
    publicUrl: flags.publicUrl,
    limits: { ...limits, maxQueued: maxQueue, maxQueuedPerUser: maxQueuePerUser },
  });
  io.stdout.write(`Listening on ${server.url}  (routes: ${server.url}/v1/docs)\n`);
  await ending(io);
  await server[Symbol.asyncDispose]();
}
