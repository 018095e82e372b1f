import { availableParallelism, homedir, hostname, totalmem } from "node:os";
import { join } from "node:path";
import type { JobBudget } from "../jobs/budget.ts";
import type { KindContext } from "../jobs/kind.ts";
import type { logLevels } from "../operate/log.ts";
import type { QueueLimits } from "../queue/submit.ts";
import type { S3Options } from "../storage/s3-client.ts";

/** Everything that a server is started with. */
export interface ServerConfig {
  /** Folders or files of models; the default model when there are no models at all. */
  readonly models: readonly string[];
  /** Variant of the weights of every model that has them, or a file of weights in 8 bits of a single model. */
  readonly variant?: string | undefined;
  /** Folders as the web UI or ComfyUI lay them out. */
  readonly modelFolders: readonly string[];
  readonly host: string;
  /** 0 takes one that is free. */
  readonly port: number;
  /** Folder of the embedded database and of files. */
  readonly data: string;
  /** URL of a PostgreSQL server in place of the embedded database. */
  readonly databaseUrl?: string | undefined;
  readonly s3?: S3Options | undefined;
  /** A users file, or one token; without both everybody who reaches the server may use it. */
  readonly usersFile?: string | undefined;
  readonly token?: string | undefined;
  readonly allowedHosts: readonly string[];
  /** Where clients reach a server behind a proxy: "https://gpu.example.org". */
  readonly publicUrl?: string | undefined;
  readonly allowedOrigins: readonly string[];
  /** Folder of the studio's built page, which is served at /studio/. */
  readonly studio?: string | undefined;
  readonly engine: KindContext["engine"];
  readonly limits: QueueLimits & JobBudget;
  /** Requests a minute of one user; no limit for 0. */
  readonly requestsPerMinute: number;
  /** Bytes of the body of a request. */
  readonly maxBody: number;
  readonly keepHours: number;
  readonly leaseSeconds: number;
  readonly drainSeconds: number;
  /** False where other processes run the jobs. */
  readonly worker: boolean;
  readonly logLevel: (typeof logLevels)[number];
  /** Arguments of Node before the script of the worker. */
  readonly workerExecArgv?: readonly string[] | undefined;
}

/** The port of the web UI, which its clients try first. */
export const DEFAULT_PORT = 7860;

/** The choices where the operator makes none. */
export const serverDefaults: ServerConfig = {
  models: [],
  modelFolders: [],
  host: "127.0.0.1",
  port: DEFAULT_PORT,
  data: join(process.env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share"), "aquatint", "server"),
  allowedHosts: [],
  allowedOrigins: [],
  engine: { keepAlive: 600, threads: availableParallelism(), maxMemory: memoryOfMachine() },
  limits: {
    maxQueued: 1000,
    maxQueuedPerUser: 100,
    maxPixels: 4096 * 4096,
    maxUnits: 2000,
    maxInputPixels: 4096 * 4096,
  },
  requestsPerMinute: 1200,
  maxBody: 64 * 2 ** 20,
  keepHours: 24,
  leaseSeconds: 20,
  drainSeconds: 60,
  worker: true,
  logLevel: "info",
};

/** Bytes of memory of this machine, or of the container. */
function memoryOfMachine(): number {
  const limit = process.constrainedMemory?.() ?? 0;
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** A name of this process among the workers. */
export const workerId = (part: string): string => `${hostname()}-${process.pid}-${part}`;
