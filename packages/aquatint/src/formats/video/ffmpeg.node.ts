import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AquatintError, messageOf } from "../../errors.ts";

/** A run of ffmpeg. */
interface FfmpegRun {
  readonly args: readonly string[];
  /** Bytes for its standard input. */
  readonly input?: Iterable<Uint8Array> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options with which ffmpeg asks nothing, and writes errors alone. */
const QUIET = ["-hide_banner", "-nostdin", "-loglevel", "error"];
/** Characters of what it says that are kept: the end tells what went wrong. */
const MAX_MESSAGE = 4000;

/**
 * Runs the ffmpeg of the PATH. @returns what it writes to its standard output.
 * @throws AquatintError "ffmpeg/failed", or "ffmpeg/missing" where there is none; the reason of `signal`.
 */
export async function runFfmpeg({ args, input = [], signal }: FfmpegRun): Promise<Buffer> {
  signal?.throwIfAborted();
  const child = spawn("ffmpeg", [...QUIET, ...args], { stdio: "pipe", windowsHide: true, ...(signal && { signal }) });
  const output: Buffer[] = [];
  let message = "";
  child.stdout.on("data", (part: Buffer) => output.push(part));
  child.stderr.on("data", (part: Buffer) => {
    message = (message + part.toString()).slice(-MAX_MESSAGE);
  });
  const closed = new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve));
  // ffmpeg that fails closes its input early: its own message says more
  const fed = pipeline(Readable.from(input, { objectMode: false }), child.stdin).catch(() => undefined);
  try {
    const status = await closed;
    await fed;
    if (status === 0) return Buffer.concat(output);
  } catch (cause) {
    signal?.throwIfAborted();
    throw absent(messageOf(cause), cause);
  }
  signal?.throwIfAborted();
  const last = message.trim().split("\n").at(-1) || "it says nothing";
  throw new AquatintError("ffmpeg/failed", `ffmpeg failed: ${last}`, { hint: "try another format, such as .webp" });
}

const absent = (problem: string, cause: unknown) =>
  new AquatintError("ffmpeg/missing", `ffmpeg cannot be started: ${problem}`, {
    hint: "install ffmpeg so that it is on the PATH",
    cause,
  });

/** The names of the encoders of the ffmpeg on the PATH; undefined where there is none. */
export async function ffmpegEncoders(): Promise<ReadonlySet<string> | undefined> {
  try {
    const text = (await runFfmpeg({ args: ["-encoders"] })).toString();
    return new Set(Array.from(text.matchAll(/^ [A-Z.]{6} (\S+)/gm), ([, name]) => name ?? ""));
  } catch {
    return undefined;
  }
}

/** Runs `work` with a folder that is removed afterwards. */
export async function withTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "aquatint-video-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A video that ffmpeg encodes. */
export interface FfmpegVideo {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  /** RGB, rows from the top. */
  readonly frames: Iterable<Uint8Array>;
  /** Options of the encoder and of the file. */
  readonly args: readonly string[];
  /** Name of the file, whose ending tells its kind. */
  readonly file: string;
  /** Tags of the file. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The colors of HD video, which are written into the file, so that no player guesses. */
const COLORS = [
  ...["-vf", "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int", "-pix_fmt", "yuv420p"],
  ...["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"],
];

/** Frames as a video file's bytes. @throws as `runFfmpeg`. */
export const encodedByFfmpeg = (video: FfmpegVideo): Promise<Uint8Array<ArrayBuffer>> =>
  withTemporaryFolder(async (folder) => {
    const { width, height, fps, frames, args, tags = {}, signal } = video;
    const path = join(folder, video.file);
    const raw = [
      "-f",
      "rawvideo",
      "-pix_fmt",
      "rgb24",
      "-s",
      `${width}x${height}`,
      "-framerate",
      String(fps),
      "-i",
      "-",
    ];
    // a file, not arguments, which systems allow to be only so long
    const metadata = join(folder, "tags.txt");
    await writeFile(metadata, tagsText(tags));
    const inputs = [...raw, "-f", "ffmetadata", "-i", metadata, "-map", "0:v", "-map_metadata", "1"];
    await runFfmpeg({ args: ["-y", ...inputs, ...COLORS, ...args, path], input: frames, signal });
    return Uint8Array.from(await readFile(path));
  });

/** Tags in the format that ffmpeg reads. */
const tagsText = (tags: Readonly<Record<string, string>>): string =>
  [";FFMETADATA1", ...Object.entries(tags).map((tag) => tag.map(escaped).join("="))].join("\n").concat("\n");

const escaped = (text: string): string => text.replace(/[=;#\\\n]/g, "\\$&");
