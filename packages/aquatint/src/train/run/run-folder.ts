import { AquatintError, messageOf } from "../../errors.ts";
import { decodeCheckpoint, encodeCheckpoint, type TrainingCheckpoint } from "./checkpoint.ts";
import type { SessionRecord } from "./events.ts";

/** The files of a run's folder, by their paths in it; every method throws an AquatintError "file/…" where it fails. */
export interface RunFiles {
  /** The folder's path, for messages. */
  readonly folder: string;
  /** Writes a file whole or not at all, and its folders if they are missing. */
  write(path: string, bytes: Uint8Array | string): Promise<void>;
  /** Puts files in the place of a whole folder, by their paths in it; the old folder stays until the new one is whole. */
  replace(folder: string, files: ReadonlyMap<string, Uint8Array | string>): Promise<void>;
  /** Cuts a file at byte `size` and writes `text` there; a file of size 0 may be missing. */
  append(path: string, text: string, size: number): Promise<void>;
  read(path: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Names in a folder; none where it is missing. */
  list(path: string): Promise<readonly string[]>;
  remove(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
}

const CHECKPOINTS = "checkpoints";
/** The files of a run that grow by a line a record. */
export const logs = { metrics: "metrics.jsonl", evaluations: "evaluations.jsonl", sessions: "sessions.jsonl" } as const;
const SAMPLES = "samples";
/** Says that a run has come to its end, and at which step; it is written last. */
const END = "end.json";
/** The folder of the model as of the newest checkpoint. */
export const MODEL = "model";
const stepIn = (name: string): number => Number(/\d+/.exec(name)?.[0]);
const numbered = (step: number) => `step-${String(step).padStart(7, "0")}`;

/** Names of a run's checkpoints, oldest first. */
export const checkpointNames = async (files: RunFiles): Promise<readonly string[]> =>
  (await files.list(CHECKPOINTS)).filter((name) => /^step-\d+\.safetensors$/.test(name)).sort();

/** Writes a checkpoint and then removes all but the newest `keep`. Returns its path in the folder. */
export async function saveCheckpoint(files: RunFiles, checkpoint: TrainingCheckpoint, keep: number): Promise<string> {
  const path = `${CHECKPOINTS}/${numbered(checkpoint.step)}.safetensors`;
  await files.write(path, await encodeCheckpoint(checkpoint));
  for (const name of (await checkpointNames(files)).slice(0, -keep)) await files.remove(`${CHECKPOINTS}/${name}`);
  return path;
}

/** Notes that all of a run is written, its model included. */
export const writeEnd = (files: RunFiles, step: number): Promise<void> =>
  files.write(END, `${JSON.stringify({ step })}\n`);

/** Takes that note back: the run goes on. */
export const removeEnd = (files: RunFiles): Promise<void> => files.remove(END);

/** Tells whether all of a run that ended with a step is written, and its model is still there. */
export const isEndWritten = async (files: RunFiles, step: number): Promise<boolean> =>
  stepOf(await textOf(files, END)) === step && (await files.list(MODEL)).length > 0;

/** The newest of a run's sessions; undefined where there is none that can be read. */
export async function lastSession(files: RunFiles): Promise<SessionRecord | undefined> {
  const lines = (await textOf(files, logs.sessions)).trim().split("\n");
  return lines.map((line) => parsedJson(line) as SessionRecord | undefined).findLast((record) => record !== undefined);
}

/** Path of a step's samples. */
export const samplesPath = (step: number): string => `${SAMPLES}/${numbered(step)}.png`;

/** A file that is numbered by its step. */
export interface StepFile {
  readonly step: number;
  /** In the run's folder. */
  readonly path: string;
}

/** A run's grids of samples, oldest first. */
export const sampleFiles = async (files: RunFiles): Promise<readonly StepFile[]> =>
  (await files.list(SAMPLES))
    .filter((name) => /^step-\d+\.png$/.test(name))
    .sort()
    .map((name) => ({ step: stepIn(name), path: `${SAMPLES}/${name}` }));

/** The step of a run's newest checkpoint; undefined where there is none. */
export async function newestStep(files: RunFiles): Promise<number | undefined> {
  const newest = (await checkpointNames(files)).at(-1);
  return newest === undefined ? undefined : stepIn(newest);
}

/** The newest checkpoint that is whole, and what was wrong with newer ones. */
export interface StartingPoint {
  readonly checkpoint: TrainingCheckpoint;
  readonly path: string;
  /** One sentence for each that was set aside. */
  readonly problems: readonly string[];
}

/** Looks for the newest whole checkpoint; damaged ones are renamed to "….damaged". @throws AquatintError "train/no-checkpoint" */
export async function newestCheckpoint(files: RunFiles): Promise<StartingPoint> {
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

/** A file with a line a record; lines that could not be written are written with the next ones. */
export interface RecordLog {
  /** Writes a record and all that waits. */
  add(record: object): Promise<void>;
  /** Begins the file anew, with what waits. */
  restart(): void;
  /** Step of the last record that was there when it was opened; 0 where there was none. */
  readonly last: number;
}

/** Opens the records of a run that goes on after `step`: lines after it are dropped, for they are written again. */
export async function recordLog(files: RunFiles, path: string, step: number): Promise<RecordLog> {
  if (step === 0) await files.remove(path);
  const existing = step > 0 ? await trimmed(files, path, step) : { size: 0, last: 0 };
  let { size } = existing;
  let waiting = "";
  return {
    last: existing.last,
    async add(record) {
      waiting += `${JSON.stringify(record)}\n`;
      await files.append(path, waiting, size);
      size += new TextEncoder().encode(waiting).length;
      waiting = "";
    },
    restart() {
      size = 0;
    },
  };
}

/** Drops the lines after a step and any half line. Returns the bytes that are left, and the last line's step. */
async function trimmed(files: RunFiles, path: string, step: number): Promise<{ size: number; last: number }> {
  const lines = (await textOf(files, path)).split("\n");
  const remaining = lines.filter((line) => (stepOf(line) ?? Number.POSITIVE_INFINITY) <= step);
  const text = remaining.map((line) => `${line}\n`).join("");
  await files.write(path, text);
  return { size: new TextEncoder().encode(text).length, last: stepOf(remaining.at(-1) ?? "") ?? 0 };
}

/** Adds a line to the records of sessions; a run that begins anew begins them anew. */
export async function addSession(files: RunFiles, session: SessionRecord): Promise<void> {
  const before = session.step > 0 ? await textOf(files, logs.sessions) : "";
  await files.write(logs.sessions, `${before}${JSON.stringify(session)}\n`);
}

/** The text of a file at the top of the folder; "" where it is missing. */
export const textOf = async (files: RunFiles, path: string): Promise<string> =>
  (await files.list(".")).includes(path) ? new TextDecoder().decode(await files.read(path)) : "";

/** The step of a line of metrics; undefined where it is cut off. */
const stepOf = (line: string): number | undefined => (parsedJson(line) as { step?: number } | undefined)?.step;

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
