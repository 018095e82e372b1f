import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import { AquatintError, messageOf } from "aquatint";
import { type Accounts, fileAccounts, openAccounts, singleAccount } from "../auth/accounts.ts";
import { serverMetrics } from "../operate/metrics.ts";
import { type ServerConfig, serverDefaults } from "./config.ts";
import { httpApp } from "./http.ts";
import { type OpenService, openService } from "./service.ts";
import { openStudioPage } from "./studio.ts";

/** A server that takes requests. */
export interface RunningServer extends AsyncDisposable {
  /** "http://127.0.0.1:7860" */
  readonly url: string;
  readonly port: number;
  /** Process of the worker, where the server has one. */
  readonly workerPid: number | undefined;
}

/** Milliseconds that idle connections are kept: clients that poll less often than they last send on one that is closing. */
const KEEP_ALIVE = 75_000;
/** Milliseconds in which the jobs that ended last are answered. */
const LAST_ANSWERS = 1000;

/** Starts a server; disposing of it lets the job under way end. @throws AquatintError where it cannot be started so. */
export async function startServer(options: Partial<ServerConfig> = {}): Promise<RunningServer> {
  const config = { ...serverDefaults, ...options };
  const accounts = await accountsOf(config);
  const service = await openService(config);
  const { log, database } = service;
  const server = await listening(config, service, accounts);
  service.startWorker();
  const { port } = server.address() as AddressInfo;
  const url = `http://${config.host.includes(":") ? `[${config.host}]` : config.host}:${port}`;
  log.info({ url, data: config.data, database: database.shared ? "postgresql" : "pglite" }, "the server listens");
  return {
    url,
    port,
    get workerPid() {
      return service.workerPid;
    },
    async [Symbol.asyncDispose]() {
      log.info({}, "the server stops");
      const closed = closeServer(server);
      await service.stopWorker();
      await Promise.race([closed, pause(LAST_ANSWERS, undefined, { ref: false })]);
      server.closeAllConnections();
      await closed;
      await service[Symbol.asyncDispose]();
    },
  };
}

/** The application of a service on its port. @throws AquatintError "server/listen". */
async function listening(config: ServerConfig, service: OpenService, accounts: Accounts): Promise<Server> {
  const { maxBody, requestsPerMinute, allowedHosts, allowedOrigins: origins, publicUrl } = config;
  const hosts = publicUrl === undefined ? allowedHosts : [...allowedHosts, new URL(publicUrl).hostname];
  const { log, tools, database, ready } = service;
  const app = httpApp({
    ...{ accounts, log, tools, ready, maxBody, requestsPerMinute },
    rules: { hosts, origins },
    studio: config.studio === undefined ? undefined : await openStudioPage(config.studio),
    metrics: serverMetrics(database),
  });
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE }, getRequestListener(app.fetch));
  server.listen(config.port, config.host);
  await once(server, "listening").catch(async (cause: unknown) => {
    await service[Symbol.asyncDispose]();
    throw listenError(config, cause);
  });
  return server;
}

const listenFailures: Readonly<Record<string, readonly [problem: string, hint: string]>> = {
  EADDRINUSE: ["another program listens there", "end that program, or choose another --port; 0 takes a free one"],
  EACCES: ["permission denied", "choose a --port of 1024 or more"],
  EADDRNOTAVAIL: ["this machine does not have the address", "choose another --host; 0.0.0.0 is all addresses"],
  ENOTFOUND: ["there is no such address", "choose another --host; 0.0.0.0 is all addresses"],
};

function listenError({ host, port }: ServerConfig, cause: unknown): AquatintError {
  const code = String((cause as { readonly code?: unknown }).code);
  const [problem, hint] = listenFailures[code] ?? [messageOf(cause), "choose another --host or --port"];
  return new AquatintError("server/listen", `cannot listen on ${host}:${port}: ${problem}`, { hint, cause });
}

/** Who may use the server. @throws AquatintError "server/open" where everybody on a network could. */
async function accountsOf({ usersFile, token, host, publicUrl }: ServerConfig): Promise<Accounts> {
  if (usersFile !== undefined && token !== undefined) {
    throw new AquatintError("server/accounts", "a users file and a token exclude each other", {
      hint: "unset AQUATINT_TOKEN, or leave out --users",
    });
  }
  if (usersFile !== undefined) return fileAccounts(usersFile);
  if (token !== undefined) return singleAccount(token);
  if (publicUrl === undefined && ["127.0.0.1", "::1", "localhost"].includes(host)) return openAccounts;
  const address = publicUrl ?? host;
  throw new AquatintError("server/open", `without a token everybody who reaches ${address} could use the server`, {
    hint: "set AQUATINT_TOKEN, or make a users file: aquatint users add NAME --users FILE",
  });
}

/** Takes no new connections; those that are idle end. */
function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  return closed;
}
