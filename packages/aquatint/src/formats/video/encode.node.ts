import { AquatintError } from "../../errors.ts";
import { unknownName } from "../../math/names.ts";
import { nearest } from "../../math/nearest.ts";
import type { ImageTexts } from "../image/image-texts.ts";
import { apng } from "./animation/apng.node.ts";
import { gif } from "./animation/gif.node.ts";
import { webp } from "./animation/webp.node.ts";
import type { Clip } from "./clip.ts";
import { checkPlan, framesFor, type VideoFormat } from "./format.ts";
import { mp4 } from "./mp4.node.ts";
import { folder, strip } from "./stills.node.ts";
import { webm } from "./webm.node.ts";

/** Every kind of file that clips are written to, by its name. */
export const videoFormats = { mp4, webm, webp, gif, apng, strip, folder } as const satisfies Readonly<
  Record<string, VideoFormat>
>;

/** Name of a kind of file that clips are written to. */
export type VideoFormatName = keyof typeof videoFormats;

const formats: readonly VideoFormat[] = Object.values(videoFormats);
/** Every ending with its format, longer ones first: ".strip.png" is not ".png". */
const endings = formats
  .flatMap((format) => format.extensions.map((extension) => ({ extension, format })))
  .toSorted((a, b) => b.extension.length - a.extension.length);

/** A path's ending among those of the formats, and its format. @throws AquatintError "clip/format". */
export function videoEnding(path: string): { readonly extension: string; readonly format: VideoFormat } {
  const ending = endings.find(({ extension }) => path.toLowerCase().replaceAll("\\", "/").endsWith(extension));
  if (ending) return ending;
  throw unknownEnding(path);
}

/** The format that a path's ending asks for, or the one of a name. @throws AquatintError "clip/format". */
export function videoFormatOf(path: string, name?: string): VideoFormat {
  if (name !== undefined) {
    if (Object.hasOwn(videoFormats, name)) return videoFormats[name as VideoFormatName];
    throw unknownName("clip/format", {
      name,
      kind: "format of clips",
      kinds: "formats of clips",
      names: Object.keys(videoFormats),
    });
  }
  return videoEnding(path).format;
}

function unknownEnding(path: string): AquatintError {
  const all = formats.flatMap(({ extensions }) => extensions).filter((extension) => extension !== "/");
  const extension = /\.[^./\\]*$/.exec(path)?.[0].toLowerCase();
  const close = extension && nearest(extension, all);
  const hint = close ? `did you mean "${close}"?` : "end a folder's name in a slash: frames/";
  const message = `expected a name that ends in ${all.join(", ")} or /, got "${path}"`;
  return new AquatintError("clip/format", message, { hint });
}

/** Options of writing a clip. */
export interface WriteClipOptions {
  /** The format, whatever the path ends in; by the path's ending if absent. */
  readonly format?: VideoFormatName | undefined;
  /** 1 .. 100, where pixels are not kept exactly; the format's own choice when absent. */
  readonly quality?: number | undefined;
  /** Times that it is played, 0 for ever, which is the default; of GIF, WebP and PNG. */
  readonly loops?: number | undefined;
  /** Metadata texts of the file; nothing when absent. */
  readonly texts?: ImageTexts | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a clip to a file, or to a folder of PNG files where the path ends in a slash, whole or not at all, and returns its
 * path. Everything is checked before anything is encoded.
 * @throws AquatintError "clip/…", "ffmpeg/…", "package/missing", "image/…" or "file/…".
 */
export async function writeClip(path: string, clip: Clip, options: WriteClipOptions = {}): Promise<string> {
  return writeClipAs(videoFormatOf(path, options.format), path, clip, options);
}

/** As `writeClip`, in a format, whatever the path ends in. */
export async function writeClipAs(
  format: VideoFormat,
  path: string,
  clip: Clip,
  { quality, loops, texts, signal }: Omit<WriteClipOptions, "format">,
): Promise<string> {
  checkPlan({ fps: clip.fps, quality, loops }, format);
  const frames = framesFor(clip, format);
  await format.check(path);
  signal?.throwIfAborted();
  const settings = { quality: quality ?? format.quality, loops: loops ?? 0, texts, signal };
  await format.write(path, { frames, fps: clip.fps }, settings);
  return path;
}
