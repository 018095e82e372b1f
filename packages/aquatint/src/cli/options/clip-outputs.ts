import { dirname, join, resolve } from "node:path";
import { AquatintError } from "../../errors.ts";
import { writeNew } from "../../formats/files.node.ts";
import { checkName, isFolder } from "../../formats/folders.node.ts";
import type { Clip } from "../../formats/video/clip.ts";
import { videoEnding, videoFormats, type WriteClipOptions, writeClipAs } from "../../formats/video/encode.node.ts";
import { type ClipPlan, checkPlan, type VideoFormat } from "../../formats/video/format.ts";
import { checkFolder, checkInputs, type OutputOptions, type Reading, stemOf } from "./outputs.ts";

/** Options of the files of clips. */
export interface ClipOutputOptions extends ClipPlan, Pick<OutputOptions, "inputs"> {
  /** A file, or a folder where it ends in a slash; a new WebP file in the folder `out` when absent. */
  readonly out?: string | undefined;
  /** Clips; with more than one, named files get a number: rocket-1.mp4, rocket-2.mp4, ... */
  readonly count?: number;
  /** Names the clip where `out` is absent. */
  readonly prompt: string;
}

/** Destination of the clips of a command. */
export interface ClipOutput {
  readonly format: VideoFormat;
  /** Encodes and writes clip number `index`, 0 .. count - 1; returns its path. */
  write(index: number, clip: Clip, options?: Pick<WriteClipOptions, "texts" | "signal">): Promise<string>;
}

/**
 * Checks where clips shall go, what they are like, and that what encodes them is there, before there is anything to write;
 * nothing is created. A file that is named is overwritten, and its folder made.
 * @throws AquatintError "cli/output", "clip/…", "ffmpeg/missing", "package/missing", "image/no-sharp" or "file/…".
 */
export async function openClipOutput(options: ClipOutputOptions, cwd: string): Promise<ClipOutput> {
  const { out, count = 1, prompt, loops, quality, inputs } = options;
  const { extension, format } = out === undefined ? newFile : videoEnding(out);
  checkPlan(options, format);
  const settings = { loops, quality };
  if (out === undefined) {
    const folder = join(cwd, "out");
    await checkFolder(folder, "name the clip with --out FILE.webp");
    await format.check(join(folder, "clip.webp"));
    const name = `${stemOf(prompt)}${extension}`;
    const write: ClipOutput["write"] = (_, clip, how) =>
      writeNew(folder, name, async (path) => void (await writeClipAs(format, path, clip, { ...settings, ...how })));
    return { format, write };
  }
  const stem = out.slice(0, out.length - extension.length);
  const pathOf = (index: number) => `${stem}${count === 1 ? "" : `-${index + 1}`}${extension}`;
  for (let i = 0; i < count; i++) await checkTarget(pathOf(i), format, { inputs, cwd });
  const write: ClipOutput["write"] = (index, clip, how) =>
    writeClipAs(format, resolve(cwd, pathOf(index)), clip, { ...settings, ...how });
  return { format, write };
}

const newFile = { extension: ".webp", format: videoFormats.webp };

async function checkTarget(out: string, format: VideoFormat, from: Reading): Promise<void> {
  const path = resolve(from.cwd, out);
  checkInputs(path, from);
  checkName(path);
  if (!format.folder && (await isFolder(path))) {
    throw new AquatintError("cli/output", `--out: ${path} is a folder`, {
      hint: `write its frames there: --out ${out}/`,
    });
  }
  await checkFolder(dirname(path), `choose another folder with --out FILE${format.extensions[0]}`);
  await format.check(path);
}
