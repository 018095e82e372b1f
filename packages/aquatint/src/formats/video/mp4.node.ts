import { itemAt } from "../../util/items.ts";
import { optionalPackage } from "../../util/optional-package.ts";
import { withTexts } from "../image/file-texts.ts";
import type { Clip } from "./clip.ts";
import { encodedByFfmpeg, ffmpegEncoders } from "./ffmpeg.node.ts";
import { fileFormat } from "./file-format.node.ts";
import type { ClipSettings } from "./format.ts";
import { fastStart } from "./mp4-boxes.ts";
import { withTrack } from "./mp4-track.ts";
import { yuv420 } from "./yuv.ts";

const PACKAGE = "h264-mp4-encoder";
const ENCODER = "libx264";
const QUALITY = 80;

/** MP4 of H.264: by ffmpeg where it is on the PATH and has x264, else by the WebAssembly of h264-mp4-encoder. */
export const mp4 = fileFormat({
  title: "MP4",
  extensions: [".mp4", ".m4v"],
  quality: QUALITY,
  maxFps: 240,
  alpha: false,
  evenSides: true,
  async check() {
    if (!(await hasFfmpeg())) await importEncoder();
  },
  async encode(clip, settings) {
    const bytes = (await hasFfmpeg()) ? await byFfmpeg(clip, settings) : await byWebAssembly(clip, settings);
    return settings.texts ? withTexts(bytes, settings.texts) : fastStart(bytes);
  },
});

const hasFfmpeg = async (): Promise<boolean> => (await ffmpegEncoders())?.has(ENCODER) ?? false;

/** Quantization of H.264 for a quality of 1 .. 100: 51 .. 10, smaller is finer; the default is 18, x264's "visually lossless". */
const quantization = (quality = QUALITY): number => Math.round(51 - ((quality - 1) * 41) / 99);

async function byFfmpeg({ frames, fps }: Clip, { quality, signal }: ClipSettings): Promise<Uint8Array> {
  const { width, height } = itemAt(frames, 0);
  const args = ["-c:v", ENCODER, "-crf", String(quantization(quality)), "-preset", "medium", "-movflags", "+faststart"];
  return encodedByFfmpeg({
    width,
    height,
    fps,
    frames: frames.map(({ data }) => data),
    args,
    file: "clip.mp4",
    signal,
  });
}

const FILE = "clip.mp4";
/** Encoders share their files' names. */
let busy: Promise<unknown> = Promise.resolve();

function byWebAssembly(clip: Clip, settings: ClipSettings): Promise<Uint8Array> {
  const result = busy.then(() => encodedByPackage(clip, settings));
  busy = result.catch(() => undefined);
  return result;
}

async function encodedByPackage({ frames, fps }: Clip, { quality, signal }: ClipSettings): Promise<Uint8Array> {
  const encoder = await (await importEncoder()).createH264MP4Encoder();
  const { width, height } = itemAt(frames, 0);
  try {
    Object.assign(encoder, { width, height, frameRate: Math.max(1, Math.round(fps)), outputFilename: FILE });
    Object.assign(encoder, { quantizationParameter: quantization(quality), groupOfPictures: Math.ceil(fps * 5) });
    encoder.initialize();
    for (const frame of frames) {
      signal?.throwIfAborted();
      encoder.addFrameYuv(yuv420(frame));
      await new Promise((resolve) => setImmediate(resolve)); // lets a terminal draw, and an abort arrive
    }
    encoder.finalize();
    const bytes = encoder.FS.readFile(FILE);
    encoder.FS.unlink(FILE);
    return withTrack(bytes, { fps, frames: frames.length }); // the package knows whole rates alone
  } finally {
    encoder.delete();
  }
}

const EVENTS = ["uncaughtException", "unhandledRejection"] as const;

/** The package without the listeners that it adds to the process, which end it. */
async function importEncoder() {
  const before = new Set(EVENTS.flatMap((event) => process.rawListeners(event as "exit")));
  // in Node its exports hang on the default one, in bundles they have names
  type Exports = typeof import("h264-mp4-encoder");
  const load = (): Promise<Exports | { readonly default: Exports }> => import("h264-mp4-encoder");
  const module = await optionalPackage({ name: PACKAGE, load }, "writing MP4 without ffmpeg on the PATH");
  for (const event of EVENTS) {
    for (const listener of process.rawListeners(event as "exit")) {
      if (!before.has(listener)) process.off(event, listener as () => void);
    }
  }
  return "createH264MP4Encoder" in module ? module : module.default;
}
