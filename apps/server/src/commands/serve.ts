import { resolve } from "node:path";
import { AquatintError } from "aquatint";
import { type Command, type Io, integer } from "aquatint/cli";
import { DEFAULT_PORT, serverDefaults } from "../app/config.ts";
import { installedStudio } from "../app/studio.ts";
import { addRunFlags, ending, environmentHelp, type RunFlags, runConfig } from "./flags.ts";

interface Flags extends RunFlags {
  readonly host: string;
  readonly port: number;
  readonly users?: string;
  readonly allowHost?: readonly string[];
  readonly publicUrl?: string;
  readonly allowOrigin?: readonly string[];
  readonly maxQueue: number;
  readonly maxQueuePerUser: number;
  readonly keepHours: number;
  readonly worker: boolean;
  readonly studio: boolean;
}

const { limits, keepHours } = serverDefaults;

/** Adds `aquatint serve` to the program. */
export const addServe = (program: Command, io: Io): Command =>
  addLimits(addSafety(addRunFlags(program.command("serve"))))
    .summary("serve models over HTTP, with the APIs of AUTOMATIC1111 and OpenAI")
    .description(
      "Serves models over HTTP: a queue of jobs at /v1/jobs (described at /v1/docs), AUTOMATIC1111's API at /sdapi/v1, OpenAI's at /v1/images, and tools for assistants at /mcp. Ctrl+C ends it, within a minute if a job is running.",
    )
    .option(
      "--host <address>",
      "address to listen on; any but 127.0.0.1, ::1 and localhost needs AQUATINT_TOKEN or --users",
      "127.0.0.1",
    )
    .option(
      "--port <n>",
      "port to listen on; 0 takes a free one",
      integer("--port", { min: 0, max: 65535, example: DEFAULT_PORT }),
      DEFAULT_PORT,
    )
    .option("--no-studio", "do not serve the page of @aquatint/studio at /studio/")
    .option("--no-worker", "run no jobs here; for servers whose jobs `aquatint worker` runs")
    .addHelpText(
      "after",
      environmentHelp({
        AQUATINT_TOKEN: "token that every request must send, as the user admin; --users gives each user one",
      }),
    )
    .action((flags: Flags) => serve(flags, io));

const addLimits = (command: Command): Command =>
  command
    .option(
      "--max-queue <n>",
      "jobs that may wait; more are refused with 429",
      integer("--max-queue", { min: 1, example: 1000 }),
      limits.maxQueued,
    )
    .option(
      "--max-queue-per-user <n>",
      "jobs of one user that may wait; more are refused with 429",
      integer("--max-queue-per-user", { min: 1, example: 100 }),
      limits.maxQueuedPerUser,
    )
    .option(
      "--keep-hours <n>",
      "hours that images and ended jobs are kept",
      integer("--keep-hours", { min: 1, example: 24 }),
      keepHours,
    );

const addSafety = (command: Command): Command =>
  command
    .option("--users <file>", "file of users, which `aquatint users add` writes")
    .option("--allow-host <name...>", "host names of the server in URLs, besides localhost and IP addresses")
    .option(
      "--public-url <url>",
      "address of a proxy that clients call, such as https://gpu.example.org; its name is allowed, and answers have it",
      publicUrl,
    )
    .option("--allow-origin <origin...>", "origins of web pages that may call the server, such as https://example.org");

/** An address without a path. @throws AquatintError "server/public-url". */
function publicUrl(text: string): string {
  const { protocol, origin, pathname } = URL.canParse(text) ? new URL(text) : {};
  if (/^https?:$/.test(protocol ?? "") && origin !== undefined && pathname === "/") return origin;
  throw new AquatintError("server/public-url", `--public-url: "${text}" is no address of a server`, {
    hint: "give https:// and a name, without a path: https://gpu.example.org",
  });
}

/** A line on the page that draws: its address, or how to install it. */
function studioLine(isWanted: boolean, url: string | undefined): string {
  if (url !== undefined) return `The studio, a page that draws here: ${url}/studio/\n`;
  return isWanted ? "A page that draws here: npm install @aquatint/studio, then start the server again\n" : "";
}

async function serve(flags: Flags, io: Io): Promise<void> {
  const { host, port, users, allowHost = [], allowOrigin = [], maxQueue, maxQueuePerUser, worker } = flags;
  const { startServer } = await import("../app/server.ts");
  const studio = flags.studio ? await installedStudio() : undefined;
  const server = await startServer({
    ...runConfig(flags, io),
    ...{ host, port, worker, keepHours: flags.keepHours },
    usersFile: users === undefined ? undefined : resolve(io.cwd, users),
    token: io.env["AQUATINT_TOKEN"] || undefined,
    allowedHosts: allowHost.map((name) => name.toLowerCase()),
    allowedOrigins: allowOrigin,
    publicUrl: flags.publicUrl,
    studio,
    limits: { ...limits, maxQueued: maxQueue, maxQueuedPerUser: maxQueuePerUser },
  });
  io.stdout.write(`Listening on ${server.url}  (routes: ${server.url}/v1/docs)\n`);
  io.stdout.write(studioLine(flags.studio, studio === undefined ? undefined : server.url));
  await ending(io);
  await server[Symbol.asyncDispose]();
}
