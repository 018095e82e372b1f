import { AquatintError, messageOf } from "../errors.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";

/** The files of a run's folder, by their paths in it; every method throws an AquatintError "file/…" where it fails. */
export interface RunFiles {
  /** The folder's path, for messages. */
  readonly folder: string;
  /** Writes a file whole or not at all, and its folders if they are missing. */
  write(path: string, bytes: Uint8Array | string): Promise<void>;
  /** Cuts a file at byte `size` and writes `text` there; a file of size 0 may be missing. */
  append(path: string, text: string, size: number): Promise<void>;
  read(path: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Names in a folder; none where it is missing. */
  list(path: string): Promise<readonly string[]>;
  remove(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
}

const CHECKPOINTS = "checkpoints";
const METRICS = "metrics.jsonl";
const numbered = (step: number) => `step-${String(step).padStart(7, "0")}`;

/** Names of a run's checkpoints, oldest first. */
export const checkpointNames = async (files: RunFiles): Promise<readonly string[]> =>
  (await files.list(CHECKPOINTS)).filter((name) => /^step-\d+\.safetensors$/.test(name)).sort();

/** Writes a checkpoint and then removes all but the newest `keep`. Returns its path in the folder. */
export async function saveCheckpoint(files: RunFiles, checkpoint: Checkpoint, keep: number): Promise<string> {
  const path = `${CHECKPOINTS}/${numbered(checkpoint.step)}.safetensors`;
  await files.write(path, await encodeCheckpoint(checkpoint));
  for (const name of (await checkpointNames(files)).slice(0, -keep)) await files.remove(`${CHECKPOINTS}/${name}`);
  return path;
}

/** Where samples of a step are written. */
export const samplesPath = (step: number): string => `samples/${numbered(step)}.png`;

/** The newest checkpoint that is whole, and what was wrong with newer ones. */
export interface FoundCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly path: string;
  /** One sentence for each that was set aside. */
  readonly problems: readonly string[];
}

/** Looks for the newest whole checkpoint; damaged ones are renamed to "….damaged". @throws AquatintError "train/no-checkpoint" */
export async function newestCheckpoint(files: RunFiles): Promise<FoundCheckpoint> {
  const problems: string[] = [];
  for (const name of (await checkpointNames(files)).toReversed()) {
    const path = `${CHECKPOINTS}/${name}`;
    try {
      return { checkpoint: await decodeCheckpoint(await files.read(path), { name: path }), path, problems };
    } catch (error) {
      if (!isDamage(error)) throw error;
      await files.rename(path, `${path}.damaged`);
      problems.push(`${messageOf(error)}; it is now called ${name}.damaged`);
    }
  }
  throw new AquatintError(
    "train/no-checkpoint",
    [`${files.folder} holds no whole checkpoint to resume from`, ...problems].join(": "),
    { hint: "start the run without --resume, or from a model's weights with --init-from" },
  );
}

const isDamage = (error: unknown): boolean =>
  error instanceof AquatintError && /^(checkpoint\/damaged|safetensors\/)/.test(error.code);

/** The run's `metrics.jsonl`, a line a record; lines that could not be written are written with the next ones. */
export interface MetricsLog {
  /** Writes a record and all that waits. */
  add(record: object): Promise<void>;
  /** Begins the file anew, with what waits. */
  restart(): void;
}

/** Opens the metrics of a run that goes on after `step`: lines after it are dropped, for they are written again. */
export async function metricsLog(files: RunFiles, step: number): Promise<MetricsLog> {
  let size = step > 0 ? await trimmed(files, step) : 0;
  let waiting = "";
  return {
    async add(record) {
      waiting += `${JSON.stringify(record)}\n`;
      await files.append(METRICS, waiting, size);
      size += new TextEncoder().encode(waiting).length;
      waiting = "";
    },
    restart() {
      size = 0;
    },
  };
}

/** Drops the lines after a step and any half line. Returns the bytes that are left. */
async function trimmed(files: RunFiles, step: number): Promise<number> {
  const known = (await files.list(".")).includes(METRICS);
  const lines = known ? new TextDecoder().decode(await files.read(METRICS)).split("\n") : [];
  const kept = lines.filter((line) => (stepOf(line) ?? Number.POSITIVE_INFINITY) <= step);
  const text = kept.map((line) => `${line}\n`).join("");
  await files.write(METRICS, text);
  return new TextEncoder().encode(text).length;
}

/** The step of a line of metrics; undefined where it is cut off. */
function stepOf(line: string): number | undefined {
  try {
    return (JSON.parse(line) as { step?: number }).step;
  } catch {
    return undefined;
  }
}
