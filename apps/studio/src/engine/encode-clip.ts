import { AquatintError, type Image } from "aquatint";
import {
  animatedWebp,
  decodeApng,
  encodeGif,
  type GifModule,
  gifFunctions,
  imageTexts,
  withTexts,
} from "aquatint/formats";
import type { ClipFileName } from "./clip-formats.ts";

interface Frames {
  readonly frames: readonly Image[];
  readonly fps: number;
  readonly width: number;
  readonly height: number;
}

/** The frames of an animated PNG file. @throws AquatintError "png/…" or "clip/…". */
export async function clipFrames(png: Blob): Promise<Frames> {
  const { frames, fps = 8 } = decodeApng(new Uint8Array(await png.arrayBuffer()));
  const [{ width, height }] = frames as readonly [Image];
  return { frames, fps, width, height };
}

const encoders: Readonly<Record<Exclude<ClipFileName, "apng">, (clip: Frames) => Promise<Uint8Array>>> = {
  gif: async (clip) => encodeGif(clip, { encoder: await gifenc() }),
  webp: encodeWebp,
  mp4: encodeMp4,
};

/** An animated PNG file in another format, with its texts. @throws AquatintError "studio/format" where the browser cannot. */
export async function encodeClip(png: Blob, format: ClipFileName): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(await png.arrayBuffer());
  if (format === "apng") return bytes;
  const { aquatint = "", parameters = "" } = await imageTexts(bytes);
  return withTexts(await encoders[format](await clipFrames(png)), { aquatint, parameters });
}

async function gifenc(): Promise<GifModule> {
  // @ts-expect-error it has no types
  return gifFunctions(await import("gifenc"));
}

/** A canvas with a frame, each pixel `scale` pixels wide. */
function canvasOf({ width, height, channels, data }: Image, scale: number): OffscreenCanvas {
  const pixels = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) pixels.data[4 * i + c] = data[channels * i + c] ?? 0;
    pixels.data[4 * i + 3] = channels === 4 ? (data[4 * i + 3] ?? 255) : 255;
  }
  const still = new OffscreenCanvas(width, height);
  still.getContext("2d")?.putImageData(pixels, 0, 0);
  if (scale === 1) return still;
  const canvas = new OffscreenCanvas(width * scale, height * scale);
  const context = canvas.getContext("2d");
  if (context) context.imageSmoothingEnabled = false;
  context?.drawImage(still, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** Quality of a lossy still, 0 .. 1. */
const WEBP_QUALITY = 0.92;

async function encodeWebp({ frames, ...clip }: Frames): Promise<Uint8Array> {
  const files: Uint8Array[] = [];
  for (const frame of frames) {
    const file = await canvasOf(frame, 1).convertToBlob({ type: "image/webp", quality: WEBP_QUALITY });
    if (file.type !== "image/webp") throw unable("WebP", "save it as PNG or GIF");
    files.push(new Uint8Array(await file.arrayBuffer()));
  }
  return animatedWebp({ ...clip, files });
}

/** Factors by which frames that an encoder finds too small are enlarged. */
const scales = [1, 2, 4, 8];

async function encodeMp4({ frames, fps, width, height }: Frames): Promise<Uint8Array> {
  const { BufferTarget, CanvasSource, canEncodeVideo, Mp4OutputFormat, Output, QUALITY_VERY_HIGH } = await import(
    "mediabunny"
  );
  const fits = await Promise.all(
    scales.map((scale) =>
      canEncodeVideo("avc", { width: width * scale, height: height * scale, bitrate: QUALITY_VERY_HIGH }),
    ),
  );
  const scale = scales[fits.indexOf(true)];
  if (scale === undefined) throw unable("MP4 with H.264", "save it as WebP, GIF or PNG");
  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat(), target });
  const canvas = new OffscreenCanvas(width * scale, height * scale);
  const context = canvas.getContext("2d");
  const source = new CanvasSource(canvas, { codec: "avc", bitrate: QUALITY_VERY_HIGH });
  output.addVideoTrack(source, { frameRate: fps });
  await output.start();
  for (const [i, frame] of frames.entries()) {
    context?.drawImage(canvasOf(frame, scale), 0, 0);
    await source.add(i / fps, 1 / fps);
  }
  await output.finalize();
  return new Uint8Array(target.buffer ?? new ArrayBuffer(0));
}

const unable = (format: string, hint: string) =>
  new AquatintError("studio/format", `this browser does not write ${format}`, { hint });
