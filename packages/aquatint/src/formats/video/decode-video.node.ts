import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { damaged } from "../damaged.ts";
import type { Image } from "../image/image.ts";
import { checkPixelsOfClip } from "./animation/read-apng.ts";
import { type ClipFile, MAX_CLIP_PIXELS } from "./clip.ts";
import { runFfmpeg, withTemporaryFolder } from "./ffmpeg.node.ts";

/** A video that is read. */
interface VideoSource {
  readonly path: string;
  readonly maxFrames: number;
  readonly signal?: AbortSignal | undefined;
}

/** The frames of a video by ffmpeg, at an even rate: frames of a variable one are repeated or left out. @throws AquatintError "ffmpeg/…". */
export const decodedByFfmpeg = ({ path, maxFrames, signal }: VideoSource): Promise<ClipFile> =>
  withTemporaryFolder(async (folder) => {
    const header = join(folder, "header.y4m");
    const input = ["-i", path];
    // a file of one frame, whose head tells the size and the exact rate
    const probe = [...input, "-map", "0:v:0", "-frames:v", "1", "-pix_fmt", "yuv444p", "-f", "yuv4mpegpipe", header];
    await runFfmpeg({ args: probe, signal });
    const { width, height, fps } = headerOf((await readFile(header)).subarray(0, 256).toString("latin1"), path);
    // one frame more than fits tells that there are too many
    const limit = Math.min(maxFrames, Math.floor(MAX_CLIP_PIXELS / (width * height))) + 1;
    const raw = [
      "-map",
      "0:v:0",
      "-frames:v",
      String(limit),
      "-r",
      fps.text,
      "-f",
      "rawvideo",
      "-pix_fmt",
      "rgb24",
      "-",
    ];
    const data = await runFfmpeg({ args: [...input, "-sws_flags", "accurate_rnd+full_chroma_int", ...raw], signal });
    const size = width * height * 3;
    const read = Math.floor(data.length / size);
    const count = Math.min(read, maxFrames);
    checkPixelsOfClip({ width, height, frames: count }, path);
    const frames = Array.from(
      { length: count },
      (_, i): Image => ({
        ...{ width, height, channels: 3 },
        data: Uint8Array.from(data.subarray(i * size, (i + 1) * size)),
      }),
    );
    const notes = count < read ? [`its first ${count} frames are used`] : [];
    const delays = frames.map(() => 1000 / fps.value);
    return { frames, fps: fps.value, delays, loops: undefined, notes };
  });

/** Size and rate in the head of a YUV4MPEG2 file: "YUV4MPEG2 W64 H48 F8:1 Ip". */
function headerOf(text: string, path: string) {
  const [, width, height, numerator, denominator] = /^YUV4MPEG2 W(\d+) H(\d+) F(\d+):(\d+)/.exec(text) ?? [];
  const value = Number(numerator) / Number(denominator);
  if (!(value > 0)) throw damaged("corrupt", path, "it has no frames");
  return { width: Number(width), height: Number(height), fps: { value, text: `${numerator}/${denominator}` } };
}
