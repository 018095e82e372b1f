import { resolve } from "node:path";
import { AquatintError, type Device } from "aquatint";
import { type Command, device, type Io, integer, memorySize } from "aquatint/cli";
import type { ServerConfig } from "../app/config.ts";
import { serverDefaults } from "../app/config.ts";
import type { S3Options } from "../storage/s3-client.ts";

/** The options that servers and workers share, as they are parsed. */
export interface RunFlags {
  readonly model: readonly string[];
  readonly models: readonly string[];
  readonly data?: string;
  readonly device?: Device;
  readonly threads?: number;
  readonly maxMemory?: number;
  readonly keepAlive?: number;
  readonly cache: boolean;
}

/** Adds them to a command. */
export const addRunFlags = (command: Command): Command =>
  command
    .option("--model <path...>", "folders or .safetensors files of models (default: the default model)", [])
    .option("--models <folder...>", "folders with models, LoRAs and more, as the web UI or ComfyUI lay them out", [])
    .option("--data <folder>", "folder of jobs and images (default: the system's folder for data)")
    .option("--device <name>", "device that runs the models (default: cpu)", device)
    .option("--threads <n>", "threads of the CPU at most (default: all)", integer("--threads", { min: 1, example: 4 }))
    .option(
      "--max-memory <size>",
      "memory that one job may take, such as 12GB; larger jobs are refused (default: the machine's)",
      memorySize("--max-memory"),
    )
    .option(
      "--keep-alive <seconds>",
      "time that a model stays loaded without jobs (default: 600)",
      integer("--keep-alive", { min: 0, example: 600 }),
    )
    .option("--no-cache", "keep no packed weights on disk, and use none");

/** Those options and the environment as the configuration of a server. */
export function runConfig(flags: RunFlags, { cwd, env }: Io) {
  const { engine } = serverDefaults;
  const { maxMemory = engine.maxMemory, keepAlive = engine.keepAlive, threads = engine.threads } = flags;
  return {
    models: flags.model.map((path) => resolve(cwd, path)),
    modelFolders: flags.models.map((path) => resolve(cwd, path)),
    data: flags.data === undefined ? serverDefaults.data : resolve(cwd, flags.data),
    databaseUrl: env["DATABASE_URL"] || undefined,
    s3: s3Options(env),
    engine: { device: flags.device, threads, keepAlive, cache: flags.cache, maxMemory },
  } satisfies Partial<ServerConfig>;
}

const neededForS3 = ["S3_ENDPOINT", "S3_BUCKET", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"] as const;

/** The S3 store of the environment, if it names one. @throws AquatintError "server/s3" where a part of it is missing. */
export function s3Options(env: Io["env"]): S3Options | undefined {
  const [set, missing] = [true, false].map((isSet) => neededForS3.filter((name) => Boolean(env[name]) === isSet));
  if (!set?.length) return undefined;
  if (missing?.length) {
    throw new AquatintError("server/s3", `${set.join(", ")} is set, and ${missing.join(", ")} not`, {
      hint: `set all of ${neededForS3.join(", ")}, or none to keep images in a folder`,
    });
  }
  return {
    endpoint: env["S3_ENDPOINT"] ?? "",
    bucket: env["S3_BUCKET"] ?? "",
    region: env["S3_REGION"] || "us-east-1",
    accessKeyId: env["S3_ACCESS_KEY_ID"] ?? "",
    secretAccessKey: env["S3_SECRET_ACCESS_KEY"] ?? "",
    prefix: env["S3_PREFIX"] || undefined,
  };
}

/** Resolves when the command is to end. */
export const ending = ({ signal }: Io): Promise<void> =>
  new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener("abort", () => done(), { once: true });
  });
