import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { AquatintError } from "aquatint";
import { defaultModelFolder } from "aquatint/node";
import { type Accounts, fileAccounts, openAccounts, singleAccount } from "../auth/accounts.ts";
import { jobService } from "../jobs/service.ts";
import { type CatalogOptions, type ModelCatalog, modelCatalog } from "../models/catalog.ts";
import { userOptions } from "../models/user-options.ts";
import { housekeeping } from "../operate/housekeeping.ts";
import { type Log, openLog } from "../operate/log.ts";
import { serverMetrics } from "../operate/metrics.ts";
import { endLeases, jobLeases } from "../queue/leases.ts";
import { openQueue } from "../queue/open.ts";
import { openStorage, type StorageOptions } from "../storage/open.ts";
import { type ChildWorker, childWorker } from "../worker/child-process.ts";
import { type ServerConfig, serverDefaults, workerId } from "./config.ts";
import { httpApp } from "./http.ts";

/** A server that takes requests. */
export interface RunningServer extends AsyncDisposable {
  /** "http://127.0.0.1:7860" */
  readonly url: string;
  readonly port: number;
  /** Process of the worker, where the server has one. */
  readonly workerPid: number | undefined;
}

/** Starts a server; disposing of it lets the job under way end. @throws AquatintError where it cannot be started so. */
export async function startServer(options: Partial<ServerConfig> = {}): Promise<RunningServer> {
  const config = { ...serverDefaults, ...options };
  const accounts = await accountsOf(config);
  const log = openLog(config.logLevel);
  const catalog = await catalogOptions(config);
  const models = modelCatalog(catalog);
  await models.list("model");
  const storage: StorageOptions = { folder: join(config.data, "files"), s3: config.s3 };
  const parts = await serverParts(config, { log, models, storage, accounts });
  const { queue, server, worker } = await started(config, { ...parts, catalog, storage, log });
  const { port } = server.address() as AddressInfo;
  const url = `http://${config.host.includes(":") ? `[${config.host}]` : config.host}:${port}`;
  log.info({ url, data: config.data, database: queue.database.shared ? "postgresql" : "pglite" }, "the server listens");
  return {
    url,
    port,
    get workerPid() {
      return worker?.pid;
    },
    async [Symbol.asyncDispose]() {
      log.info({}, "the server stops");
      const closed = closeServer(server);
      await worker?.stop();
      await parts.keeper[Symbol.asyncDispose]();
      server.closeAllConnections();
      await closed;
      await queue[Symbol.asyncDispose]();
    },
  };
}

interface PartsOptions {
  readonly log: Log;
  readonly models: ModelCatalog;
  readonly storage: StorageOptions;
  readonly accounts: Accounts;
}

/** The queue, and the application on it. */
async function serverParts(config: ServerConfig, { log, models, storage, accounts }: PartsOptions) {
  const { limits, engine, keepHours, leaseSeconds, maxBody, requestsPerMinute } = config;
  const store = await openStorage(storage);
  const queue = await openQueue(config, (error) => log.error({ error: error.message }, "queue maintenance failed"));
  const { database, boss, feed, reader } = queue;
  if (!database.shared)
    await database.query("UPDATE aquatint.jobs SET lease_until = now() - interval '1 second' WHERE state = 'running'");
  await endLeases(queue);
  const jobs = jobService({ database, boss, feed, reader, store, models, limits, engine });
  const app = httpApp({
    ...{ accounts, log, maxBody, requestsPerMinute },
    tools: { jobs, models, options: userOptions(database), limits },
    rules: { hosts: config.allowedHosts, origins: config.allowedOrigins },
    metrics: serverMetrics(database),
    async ready() {
      await database.query("SELECT 1");
      await store.check();
    },
  });
  const keeper = housekeeping({ database, boss, store, log, keepHours, leaseSeconds });
  return { queue, app, keeper };
}

interface StartOptions extends Awaited<ReturnType<typeof serverParts>> {
  readonly catalog: CatalogOptions;
  readonly storage: StorageOptions;
  readonly log: Log;
}

/** The worker, if the server has one, then the port. */
async function started(config: ServerConfig, { queue, app, ...parts }: StartOptions) {
  const server = createServer(getRequestListener(app.fetch));
  server.listen(config.port, config.host);
  await once(server, "listening").catch(async (cause: unknown) => {
    await parts.keeper[Symbol.asyncDispose]();
    await queue[Symbol.asyncDispose]();
    throw new AquatintError("server/listen", `cannot listen on ${config.host}:${config.port}`, {
      hint: "choose another --port",
      cause,
    });
  });
  return { queue, server, worker: config.worker ? ownWorker(config, { queue, ...parts }) : undefined };
}

/** A worker in a child process, which reaches the queue through this one. */
function ownWorker(
  { engine, leaseSeconds, drainSeconds, workerExecArgv }: ServerConfig,
  { queue, catalog, storage, log }: Omit<StartOptions, "app" | "keeper">,
): ChildWorker {
  const { maxMemory, ...withoutLimit } = engine;
  return childWorker({
    config: () => ({
      ...{ id: workerId(randomUUID().slice(0, 8)), models: catalog, storage, engine: withoutLimit },
      ...{ maxMemory, leaseSeconds, drainSeconds },
    }),
    leases: jobLeases({ ...queue, leaseSeconds }),
    changes: queue.feed.watchAll(),
    onLost: (id) => endLeases(queue, id),
    log: (level, fields, message) => log[level](fields, message),
    execArgv: workerExecArgv,
  });
}

/** Who may use the server. @throws AquatintError "server/open" where everybody on a network could. */
async function accountsOf({ usersFile, token, host }: ServerConfig): Promise<Accounts> {
  if (usersFile !== undefined) return fileAccounts(usersFile);
  if (token !== undefined) return singleAccount(token);
  if (["127.0.0.1", "::1", "localhost"].includes(host)) return openAccounts;
  throw new AquatintError("server/open", `without a token everybody who reaches ${host} could use the server`, {
    hint: "set AQUATINT_TOKEN, or make a users file: aquatint users add NAME --users FILE",
  });
}

/** The models that the operator named, or the default one. */
async function catalogOptions({ models, modelFolders }: ServerConfig): Promise<CatalogOptions> {
  if (models.length > 0 || modelFolders.length > 0) return { models, folders: modelFolders };
  return { models: [await defaultModelFolder()], folders: [] };
}

/** Takes no new connections; those that are idle end. */
function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  return closed;
}
