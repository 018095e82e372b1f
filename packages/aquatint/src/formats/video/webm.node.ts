import { AquatintError } from "../../errors.ts";
import { itemAt } from "../../util/items.ts";
import { encodedByFfmpeg, ffmpegEncoders } from "./ffmpeg.node.ts";
import { fileFormat } from "./file-format.node.ts";

const ENCODER = "libvpx-vp9";
const QUALITY = 80;

/** Quantization of VP9 for a quality of 1 .. 100: 63 .. 10, smaller is finer. */
const quantization = (quality = QUALITY): number => Math.round(63 - ((quality - 1) * 53) / 99);

/** WebM of VP9, by ffmpeg. */
export const webm = fileFormat({
  title: "WebM",
  extensions: [".webm"],
  quality: QUALITY,
  maxFps: 240,
  alpha: false,
  async check() {
    const encoders = await ffmpegEncoders();
    if (encoders?.has(ENCODER)) return;
    const problem = encoders ? `the ffmpeg on the PATH has no ${ENCODER}` : "there is none on the PATH";
    throw new AquatintError("ffmpeg/missing", `writing WebM needs ffmpeg, and ${problem}`, {
      hint: "install ffmpeg, or write .mp4, .webp or .gif",
    });
  },
  async encode({ frames, fps }, { quality, texts, signal }) {
    const { width, height } = itemAt(frames, 0);
    const tags = texts && { aquatint: texts.aquatint, parameters: texts.parameters };
    const args = ["-c:v", ENCODER, "-crf", String(quantization(quality)), "-b:v", "0"];
    const input = frames.map(({ data }) => data);
    return encodedByFfmpeg({ width, height, fps, frames: input, args, file: "clip.webm", tags, signal });
  },
});
