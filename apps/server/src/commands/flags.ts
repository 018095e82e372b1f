import { resolve } from "node:path";
import { AquatintError, type Device } from "aquatint";
import {
  type Command,
  choice,
  device,
  type Io,
  integer,
  memorySize,
  precision,
  precisionText,
  variantIn,
} from "aquatint/cli";
import type { Precision } from "aquatint/pipelines";
import { type ServerConfig, serverDefaults } from "../app/config.ts";
import { logLevels } from "../operate/log.ts";
import type { S3Options } from "../storage/s3-client.ts";

/** The options that servers and workers share, as they are parsed. */
export interface RunFlags {
  readonly model?: readonly string[];
  readonly models?: readonly string[];
  readonly variant?: string;
  readonly precision?: Precision;
  readonly data?: string;
  readonly device?: Device;
  readonly threads?: number;
  readonly maxMemory?: number;
  readonly keepAlive?: number;
  readonly cache: boolean;
  readonly logLevel: ServerConfig["logLevel"];
}

/** Adds them to a command, which logs from `logLevel` up by default. */
export const addRunFlags = (command: Command, logLevel = serverDefaults.logLevel): Command =>
  command
    .option(
      "--model <path...>",
      "folders or .safetensors files of models; the first is the default of requests (default: without --models, the one in @aquatint/model-emoji)",
    )
    .option(
      "--models <folder...>",
      "folders of AUTOMATIC1111's web UI, Forge or ComfyUI: their models, LoRAs, embeddings and more",
    )
    .option(
      "--variant <name>",
      "variant of the weights, such as fp16, for every model that has it; for a single --model also a .safetensors file of `aquatint quantize` (default: the weights without a variant)",
    )
    .option("--precision <type>", `${precisionText} (default: int8 for such a file, else float32)`, precision)
    .option("--data <folder>", `folder of jobs and images (default: ${serverDefaults.data})`)
    .option("--device <name>", "cpu, cuda, webgpu, coreml, dml (default: cpu)", device)
    .option("--threads <n>", "CPU threads at most (default: all)", integer("--threads", { min: 1, example: 4 }))
    .option(
      "--max-memory <size>",
      "memory that one job may use, such as 12GB; larger jobs are refused (default: all of the machine)",
      memorySize("--max-memory"),
    )
    .option(
      "--keep-alive <seconds>",
      "seconds that a model stays loaded without jobs (default: 600)",
      integer("--keep-alive", { min: 0, example: 600 }),
    )
    .option("--no-cache", "keep no packed weights on disk, and use none: see `aquatint cache`")
    .option(
      "--log-level <level>",
      `log on stderr: ${logLevels.join(", ")}`,
      choice("--log-level", logLevels),
      logLevel,
    );

/** Those options and the environment as the configuration of a server. */
export function runConfig(flags: RunFlags, { cwd, env }: Io) {
  const { engine } = serverDefaults;
  const { keepAlive = engine.keepAlive, threads = engine.threads, precision } = flags;
  // "dynamic" rounds weights where they are packed: no plan of the memory can leave them in their files
  const { maxMemory = precision === "dynamic" ? undefined : engine.maxMemory } = flags;
  return {
    models: (flags.model ?? []).map((path) => resolve(cwd, path)),
    variant: variantOf(flags, cwd),
    modelFolders: (flags.models ?? []).map((path) => resolve(cwd, path)),
    data: flags.data === undefined ? serverDefaults.data : resolve(cwd, flags.data),
    databaseUrl: env["DATABASE_URL"] || undefined,
    s3: s3Options(env),
    engine: { device: flags.device, threads, keepAlive, cache: flags.cache, maxMemory, precision },
    logLevel: flags.logLevel,
  } satisfies Partial<ServerConfig>;
}

/** The variant of models. @throws AquatintError "server/variant" for a file where it is not clear of which model. */
function variantOf({ model = [], models, variant }: RunFlags, cwd: string): string | undefined {
  if (variant === undefined) return undefined;
  const isSingle = model.length === 1 || (model.length === 0 && models === undefined);
  if (isSingle || !variant.endsWith(".safetensors")) return variantIn(cwd, variant);
  throw new AquatintError(
    "server/variant",
    `--variant ${variant} is a file of one model, and there are more --model or none`,
    {
      hint: "give one --model, or the name of a variant, such as fp16",
    },
  );
}

/** Help on the environment variables that `runConfig` reads, and on those of `more`. */
export const environmentHelp = (more: Readonly<Record<string, string>> = {}): string => {
  const variables = {
    ...more,
    DATABASE_URL: "PostgreSQL for the jobs, such as postgres://user@host/name",
    "S3_*":
      "S3-compatible store for the images: S3_ENDPOINT, S3_BUCKET, S3_ACCESS_KEY_ID,\nS3_SECRET_ACCESS_KEY, S3_REGION, S3_PREFIX",
  };
  const rows = Object.entries(variables).map(
    ([name, text]) => `  ${name.padEnd(16)}${text.replaceAll("\n", `\n${" ".repeat(18)}`)}`,
  );
  return `\nEnvironment variables:\n${rows.join("\n")}\n`;
};

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
