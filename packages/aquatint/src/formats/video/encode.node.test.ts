import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from "mediabunny";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { movingClip } from "../../../test/moving-clip.ts";
import { itemAt } from "../../util/items.ts";
import { imageTexts } from "../image/file-texts.ts";
import { psnr } from "../image/psnr.ts";
import { imageValues } from "../image/values.ts";
import type { Clip, ClipFile } from "./clip.ts";
import { writeClip } from "./encode.node.ts";
import { ffmpegEncoders } from "./ffmpeg.node.ts";
import { readClip } from "./read-clip.node.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aquatint-clips-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterAll(() => vi.unstubAllEnvs());

const encoders = (await ffmpegEncoders()) ?? new Set();
const texts = {
  aquatint: '{"prompt":"eine Kröte 🐸; a=b #1\\\\n","seed":7}',
  parameters: "eine Kröte 🐸; a=b # \\\nSteps: 20",
};

/** The least likeness of any frame to the frame that was written, in decibels. */
const likeness = (read: Pick<ClipFile, "frames">, clip: Clip): number =>
  Math.min(...clip.frames.map((frame, i) => psnr(imageValues(itemAt(read.frames, i)).data, imageValues(frame).data)));
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

async function probed(path: string) {
  const input = new Input({ source: new BufferSource(await readFile(path)), formats: ALL_FORMATS });
  const track = (await input.getPrimaryVideoTrack())!;
  const stats = await track.computePacketStats();
  return {
    codec: track.codec,
    width: track.codedWidth,
    height: track.codedHeight,
    ...stats,
    seconds: await input.computeDuration(),
  };
}

describe("sharp reads back", () => {
  test.each(["gif", "webp"])("animated %s: frames, size, times, loops", async (kind) => {
    const clip = movingClip({ fps: 15 });
    const path = await writeClip(join(folder, `clip.${kind}`), clip, { loops: 3 });
    const header = await sharp(path, { pages: -1 }).metadata();
    expect(header).toMatchObject({ pages: 10, width: 64, pageHeight: 48, loop: 3 });
    expect(Math.abs(total(header.delay ?? []) - 10_000 / 15)).toBeLessThanOrEqual(kind === "gif" ? 5 : 1);
    expect(likeness(await readClip(path), clip)).toBeGreaterThan(27);
  });
});

test.each([true, false])("MP4 is played by others (ffmpeg: %s)", async (byFfmpeg) => {
  if (byFfmpeg && !encoders.has("libx264")) return;
  const clip = movingClip({ fps: 7.5 });
  if (!byFfmpeg) vi.stubEnv("PATH", "");
  const path = await writeClip(join(folder, `clip-${byFfmpeg}.mp4`), clip, { texts });
  vi.unstubAllEnvs();
  console.log(await probed(path), await imageTexts(await readFile(path)));
  const read = await readClip(path);
  console.log(read.fps, read.frames.length, likeness(read, clip));
});
test("webm", async () => {
  const clip = movingClip({ fps: 7.5 });
  const path = await writeClip(join(folder, `clip.webm`), clip, { texts: { ...texts, aquatint: "x".repeat(300000) } });
  const t = await imageTexts(await readFile(path));
  console.log(await probed(path), t.parameters, t.aquatint.length);
  const read = await readClip(path);
  console.log(read.fps, read.frames.length, likeness(read, clip));
});
