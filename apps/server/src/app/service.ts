import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { AquatintError } from "aquatint";
import { defaultModelFolder, openModel, openTextToImage } from "aquatint/node";
import { withPrecision } from "aquatint/pipelines";
import { type ModelChecks, openChecks } from "../jobs/checks/checks.ts";
import { jobService } from "../jobs/service.ts";
import { type CatalogOptions, type ModelCatalog, modelCatalog } from "../models/catalog.ts";
import { userOptions } from "../models/user-options.ts";
import { housekeeping } from "../operate/housekeeping.ts";
import { type Log, openLog } from "../operate/log.ts";
import { readiness } from "../operate/readiness.ts";
import type { Database } from "../queue/database.ts";
import { endLeases } from "../queue/leases.ts";
import { openQueue } from "../queue/open.ts";
import { openStorage, type StorageOptions } from "../storage/open.ts";
import type { SurfaceTools } from "../surfaces/surface.ts";
import { type ChildWorker, childWorker } from "../worker/child-process.ts";
import { type ServerConfig, workerId } from "./config.ts";

/** The queue with its worker, which surfaces are put on; disposing of it closes the database. */
export interface OpenService extends AsyncDisposable {
  readonly tools: SurfaceTools;
  readonly database: Database;
  readonly log: Log;
  /** Throws where no jobs can be taken now. */
  ready(): Promise<void>;
  /** Starts the worker, if the configuration has one. */
  startWorker(): void;
  readonly workerPid: number | undefined;
  /** Lets the job under way end, and the worker with it. */
  stopWorker(): Promise<void>;
}

/** Opens what every server has behind its surfaces. @throws AquatintError where that cannot be. */
export async function openService(config: ServerConfig): Promise<OpenService> {
  const { keepHours, leaseSeconds, limits, publicUrl } = config;
  const log = openLog(config.logLevel);
  const catalog = await catalogOptions(config);
  const models = modelCatalog(catalog);
  await expectModels(models, config);
  const storage: StorageOptions = { folder: join(config.data, "files"), s3: config.s3 };
  const store = await openStorage(storage);
  await store.check();
  const queue = await openQueue(config, ({ message }) => log.error({ error: message }, "the queue failed"));
  const { database, boss } = queue;
  await endOwnLeases(queue);
  const checks = checksOf(config, catalog, log);
  const jobs = jobService({ ...queue, store, models, limits, checks });
  const keeper = housekeeping({ database, boss, store, log, keepHours, leaseSeconds });
  let worker: ChildWorker | undefined;
  const tools = { jobs, models, fitting: checks.fitting, options: userOptions(database), limits, publicUrl, keepHours };
  return {
    ...{ tools, database, log },
    ready: readiness(database, store),
    startWorker() {
      if (config.worker) worker = ownWorker(config, { queue, catalog, storage, log });
    },
    get workerPid() {
      return worker?.pid;
    },
    async stopWorker() {
      await worker?.stop();
    },
    async [Symbol.asyncDispose]() {
      await worker?.stop();
      await keeper[Symbol.asyncDispose]();
      await checks[Symbol.asyncDispose]();
      await queue[Symbol.asyncDispose]();
    },
  };
}

/** Ends the leases of workers that are gone: all of them where the database is this process's alone. */
async function endOwnLeases(queue: WorkerParts["queue"]): Promise<void> {
  const { database } = queue;
  if (!database.shared) {
    await database.query("UPDATE aquatint.jobs SET lease_until = now() - interval '1 second' WHERE state = 'running'");
    await database.query("DELETE FROM aquatint.workers");
  }
  await endLeases(queue);
}

/** The checks of requests. */
const checksOf = ({ engine, limits }: ServerConfig, models: CatalogOptions, log: Log): ModelChecks =>
  openChecks({ models, engine, maxInputPixels: limits.maxInputPixels }, (error) =>
    log.error({ error: error.message }, "the thread of checks ended"),
  );

interface WorkerParts {
  readonly queue: Awaited<ReturnType<typeof openQueue>>;
  readonly catalog: CatalogOptions;
  readonly storage: StorageOptions;
  readonly log: Log;
}

/** A worker in a child process, which reaches the queue through this one. */
function ownWorker(
  { engine, leaseSeconds, drainSeconds, workerExecArgv }: ServerConfig,
  { queue, catalog, storage, log }: WorkerParts,
): ChildWorker {
  const { maxMemory, ...withoutLimit } = engine;
  return childWorker({
    config: () => ({
      ...{ id: workerId(randomUUID().slice(0, 8)), models: catalog, storage, engine: withoutLimit },
      ...{ maxMemory, leaseSeconds, drainSeconds, newsSeconds: queue.newsSeconds },
    }),
    leases: queue.leases(leaseSeconds),
    changes: queue.feed.watchQueued(),
    onLost: (id) => endLeases(queue, id),
    log: (level, fields, message) => log[level](fields, message),
    execArgv: workerExecArgv,
  });
}

/**
 * Refuses folders without models, which are wrong folders more often than empty ones, and what the first model cannot be run
 * with: it is the one of requests that name none. @throws AquatintError.
 */
async function expectModels(catalog: ModelCatalog, { modelFolders, variant, engine }: ServerConfig): Promise<void> {
  const models = await catalog.list("model");
  const [first] = models;
  if (first && variant !== undefined && models.every((model) => model.variant === undefined)) {
    await openModel(first.path, { variant }); // says what it has
    throw new AquatintError("server/variant", `no model has weights of the variant "${variant}"`, {
      hint: "leave out --variant, or name one that a model has",
    });
  }
  if (first && engine.precision !== undefined)
    withPrecision(await openTextToImage(first.path, { variant: first.variant }), engine);
  if (first) return;
  throw new AquatintError("model/none", `there are no models in ${modelFolders.join(", ")}`, {
    hint: 'models are read from subfolders such as "Stable-diffusion" or "checkpoints"; --model PATH names a single one',
  });
}

/** The models that the operator named, or the default one. */
async function catalogOptions({ models, variant, modelFolders }: ServerConfig): Promise<CatalogOptions> {
  if (models.length > 0 || modelFolders.length > 0) return { models, variant, folders: modelFolders };
  return { models: [await defaultModelFolder()], variant, folders: [] };
}
