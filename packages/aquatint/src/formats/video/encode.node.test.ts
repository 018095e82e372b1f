import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ALL_FORMATS, BufferSource, Input } from "mediabunny";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { movingClip } from "../../../test/moving-clip.ts";
import type { AquatintError } from "../../errors.ts";
import { itemAt } from "../../util/items.ts";
import { imageTexts } from "../image/file-texts.ts";
import type { Image } from "../image/image.ts";
import { psnr } from "../image/psnr.ts";
import { imageValues } from "../image/values.ts";
import { imageMetadata } from "../metadata/index.ts";
import type { Clip, ClipFile } from "./clip.ts";
import { videoFormats, writeClip } from "./encode.node.ts";
import { ffmpegEncoders } from "./ffmpeg.node.ts";
import { readClip } from "./read-clip.node.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aquatint-clips-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(() => void vi.unstubAllEnvs());

const encoders = (await ffmpegEncoders()) ?? new Set<string>();
const withoutFfmpeg = () => vi.stubEnv("PATH", folder);
const recipe = { prompt: 'a toad 🐸; a=b # "\\\n', seed: 7, frames: 10 };
const texts = { aquatint: JSON.stringify(recipe), parameters: "eine Kröte 🐸; a=b # \\\nSteps: 20, Seed: 7" };

/** The least likeness of any frame to the frame that was written, in decibels. */
const likeness = (read: Pick<ClipFile, "frames">, clip: Clip): number =>
  Math.min(...clip.frames.map((frame, i) => psnr(imageValues(itemAt(read.frames, i)).data, imageValues(frame).data)));
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const plain = ({ width, height, channels, data }: Image) => ({ width, height, channels, data: [...data] });
const textsOf = async (path: string) => imageTexts(await readFile(path), { name: path });

/** A video as mediabunny reads it. */
async function probed(path: string) {
  const input = new Input({ source: new BufferSource(await readFile(path)), formats: ALL_FORMATS });
  const track = (await input.getPrimaryVideoTrack())!;
  const { packetCount, averagePacketRate } = await track.computePacketStats();
  return {
    ...{ codec: track.codec, width: track.codedWidth, height: track.codedHeight, count: packetCount },
    ...{ fps: averagePacketRate, seconds: await input.computeDuration(), colors: await track.getColorSpace() },
  };
}

describe("sharp reads", () => {
  test.each([
    ["gif", 3],
    ["gif", 1],
    ["gif", 0],
    ["webp", 3],
    ["webp", 1],
    ["webp", 0],
  ] as const)("an animated %s of %i plays: frames, size, times", async (kind, loops) => {
    const clip = movingClip({ fps: 15 });
    const path = await writeClip(join(folder, `clip-${loops}.${kind}`), clip, { loops });
    const header = await sharp(path, { pages: -1 }).metadata();
    expect(header).toMatchObject({ format: kind, pages: 10, width: 64, pageHeight: 48, loop: loops });
    expect(Math.abs(total(header.delay ?? []) - 10_000 / 15)).toBeLessThanOrEqual(kind === "gif" ? 5 : 0.5);
    const read = await readClip(path);
    expect(read).toMatchObject({ loops, notes: [], delays: header.delay });
    expect(likeness(read, clip)).toBeGreaterThan(27);
  });

  test("equal frames in a row for the time of all", async () => {
    const [a, b] = movingClip().frames as [Image, Image];
    for (const [kind, pages] of [["gif", 5] as const, ["webp", 2] as const]) {
      const path = await writeClip(join(folder, `same.${kind}`), { fps: 8, frames: [a, a, a, b, b] });
      const header = await sharp(path, { pages: -1 }).metadata();
      expect([header.pages, Math.round(total(header.delay ?? []) / 10)], kind).toEqual([pages, 63]);
    }
  });

  test("every pixel of WebP at quality 100, and of GIF where there are at most 256 colors", async () => {
    const clip = movingClip({ width: 16, height: 8 });
    for (const [name, quality] of [["exact.webp", 100] as const, ["exact.gif", undefined] as const]) {
      const { frames } = await readClip(await writeClip(join(folder, name), clip, { quality }));
      expect(frames.map(plain), name).toEqual(clip.frames.map(plain));
    }
  });

  test.each(["webp", "gif", "apng"])(
    "transparency of %s, where nothing of the frame before shines through",
    async (kind) => {
      const clip = movingClip({ channels: 4 });
      const path = join(folder, `alpha.${kind}`);
      const { frames } = await readClip(await writeClip(path, clip, kind === "webp" ? { quality: 100 } : {}));
      const alpha = (image: Image) => [...image.data].filter((_, i) => i % 4 === 3);
      expect(frames.map(alpha)).toEqual(clip.frames.map(alpha));
    },
  );

  test("an animated PNG as its first frame, and a strip as one image", async () => {
    const clip = movingClip();
    const apng = sharp(await writeClip(join(folder, "clip.png"), clip));
    expect(new Uint8Array(await apng.raw().toBuffer())).toEqual(clip.frames[0]?.data);
    const strip = sharp(await writeClip(join(folder, "clip.strip.png"), clip));
    expect(await strip.metadata()).toMatchObject({ width: 640, height: 48 });
    const last = await strip.extract({ left: 576, top: 0, width: 64, height: 48 }).raw().toBuffer();
    expect(new Uint8Array(last)).toEqual(clip.frames.at(-1)?.data);
  });

  test("each frame of a folder", async () => {
    const clip = movingClip();
    const path = await writeClip(join(folder, "stills/"), clip);
    for (const [i, { data }] of clip.frames.entries()) {
      const file = join(path, `frame-${String(i + 1).padStart(4, "0")}.png`);
      expect(new Uint8Array(await sharp(file).raw().toBuffer())).toEqual(data);
    }
  });
});

test.skipIf(encoders.size === 0)("ffmpeg reads every frame of an animated PNG", async () => {
  const clip = movingClip();
  const path = await writeClip(join(folder, "all.apng"), clip, { loops: 1 });
  const args = ["-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"];
  const { stdout } = await promisify(execFile)("ffmpeg", args, { encoding: "buffer", maxBuffer: 2 ** 24 });
  const frames = clip.frames.map(({ data }) => Buffer.from(data));
  expect(stdout.equals(Buffer.concat(frames))).toBe(true);
});

test.each([8, 7.5])("an animated PNG at %d frames a second comes back exactly", async (fps) => {
  const clip = movingClip({ fps });
  const path = await writeClip(join(folder, "exact.apng"), clip, { loops: 4 });
  const { frames, loops, delays } = await readClip(path);
  expect(frames.map(plain)).toEqual(clip.frames.map(plain));
  expect([loops, Math.round(total(delays))]).toEqual([4, Math.round(10_000 / fps)]);
  expect((await readClip(path, { maxFrames: 3 })).notes).toEqual(["the first 3 of its 10 frames are used"]);
});

describe("mediabunny reads", () => {
  const rates = [8, 7.5, 0.5];
  const check = async (path: string, fps: number) => {
    const video = await probed(path);
    expect(video).toMatchObject({ width: 64, height: 48, count: 10 });
    expect(video.fps).toBeCloseTo(fps, 4);
    expect(video.seconds).toBeCloseTo(10 / fps, 2);
    return video;
  };
  const hd = { primaries: "bt709", matrix: "bt709", fullRange: false };

  test.each(rates)("MP4 by WebAssembly at %d frames a second", async (fps) => {
    withoutFfmpeg();
    const clip = movingClip({ fps });
    const path = await writeClip(join(folder, `wasm-${fps}.mp4`), clip, { texts });
    expect(await check(path, fps)).toMatchObject({ codec: "avc", colors: hd });
    expect(await textsOf(path)).toMatchObject({ aquatint: texts.aquatint, Comment: texts.parameters });
    vi.unstubAllEnvs();
    if (encoders.size > 0) expect(likeness(await readClip(path), clip)).toBeGreaterThan(29);
  });

  test.skipIf(!encoders.has("libx264")).each(rates)("MP4 by ffmpeg at %d frames a second", async (fps) => {
    const clip = movingClip({ fps });
    const path = await writeClip(join(folder, `ffmpeg-${fps}.mp4`), clip, { texts });
    expect(await check(path, fps)).toMatchObject({ codec: "avc", colors: hd });
    expect(await textsOf(path)).toMatchObject({ aquatint: texts.aquatint, Comment: texts.parameters });
    const read = await readClip(path);
    expect(read.frames.length).toBe(10);
    expect(read.fps).toBeCloseTo(fps, 4);
    expect(likeness(read, clip)).toBeGreaterThan(29);
    expect((await readClip(path, { maxFrames: 4 })).notes).toEqual(["its first 4 frames are used"]);
    expect((await readClip(path, { maxFrames: 10 })).notes).toEqual([]);
  });

  test.skipIf(!encoders.has("libvpx-vp9"))("WebM by ffmpeg, with texts longer than arguments may be", async () => {
    const clip = movingClip({ fps: 7.5 });
    const long = { ...texts, aquatint: JSON.stringify({ ...recipe, prompt: "frog ".repeat(60_000) }) };
    const path = await writeClip(join(folder, "clip.webm"), clip, { texts: long });
    expect(await check(path, 7.5)).toMatchObject({ codec: "vp9" });
    expect(await textsOf(path)).toMatchObject(long);
    const read = await readClip(path);
    expect(read).toMatchObject({ fps: 7.5, loops: undefined });
    expect(likeness(read, clip)).toBeGreaterThan(29);
  });
});

test.each(["x.gif", "x.webp", "x.png", "x.strip.png", "x.mp4", "x.webm", "x/"])(
  "%s says how it was made",
  async (name) => {
    if (name === "x.webm" && !encoders.has("libvpx-vp9")) return;
    const path = await writeClip(join(folder, name), movingClip(), { texts });
    const stored = await textsOf(name === "x/" ? join(path, "frame-0010.png") : path);
    expect(imageMetadata(stored)).toMatchObject({ source: "aquatint", settings: recipe });
    const { aquatint, ...rest } = stored;
    expect(imageMetadata(rest)).toMatchObject({ source: "a1111", seed: 7, steps: 20 });
  },
);

describe("a folder", () => {
  test("of frames comes back, takes the place of older frames, and is never mixed with other files", async () => {
    const path = join(folder, "frames");
    const clip = movingClip({ count: 12 });
    await writeClip(`${path}/`, clip);
    await writeClip(path, movingClip({ count: 11 }), { format: "folder" });
    const names = Array.from({ length: 11 }, (_, i) => `frame-${String(i + 1).padStart(4, "0")}.png`);
    expect((await readdir(path)).toSorted()).toEqual(names);
    expect((await readClip(path)).frames.map(plain)).toEqual(movingClip({ count: 11 }).frames.map(plain));
    expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    await writeFile(join(path, "notes.txt"), "mine");
    await expect(writeClip(`${path}/`, clip)).rejects.toMatchObject({ code: "clip/folder" });
    expect(await readFile(join(path, "notes.txt"), "utf8")).toBe("mine");
  });

  test("is read in natural order, and its frames must be of one size", async () => {
    const path = join(folder, "natural");
    await mkdir(path);
    const { frames } = movingClip({ count: 11 });
    for (const [i, { data }] of frames.entries()) {
      await sharp(data, { raw: { width: 64, height: 48, channels: 3 } })
        .png()
        .toFile(join(path, `f${i + 1}.png`));
    }
    const read = await readClip(path);
    expect(read).toMatchObject({ fps: undefined, loops: undefined, delays: [] });
    expect(read.frames.map(plain)).toEqual(frames.map(plain));
    await sharp({ create: { width: 4, height: 4, channels: 3, background: "red" } })
      .png()
      .toFile(join(path, "f12.png"));
    await expect(readClip(path)).rejects.toMatchObject({ code: "clip/size" });
  });

  test("that an abort ends is not there", async () => {
    const abort = new AbortController();
    const frames = new Proxy(movingClip().frames as Image[], {
      get: (target, key) => {
        if (key === "5") abort.abort();
        return Reflect.get(target, key);
      },
    });
    await writeClip(join(folder, "aborted/"), { fps: 8, frames }, { signal: abort.signal }).catch(() => undefined);
    expect((await readdir(folder)).filter((name) => /aborted/.test(name))).toEqual([]);
  });
});

describe("refused before anything is encoded:", () => {
  const { frames } = movingClip();
  const small = movingClip({ width: 32 }).frames;
  const odd = movingClip({ width: 63 }).frames;
  const clear = movingClip({ channels: 4 }).frames;
  test.each([
    ["no frames", "a.gif", { frames: [], fps: 8 }, {}, "clip/empty"],
    ["frames of two sizes", "a.gif", { frames: [...frames, ...small], fps: 8 }, {}, "clip/size"],
    ["0 frames a second", "a.mp4", { frames, fps: 0 }, {}, "clip/fps"],
    ["NaN frames a second", "a.mp4", { frames, fps: Number.NaN }, {}, "clip/fps"],
    ["60 frames a second in GIF", "a.gif", { frames, fps: 60 }, {}, "clip/fps"],
    ["a quality of GIF", "a.gif", { frames, fps: 8 }, { quality: 90 }, "clip/quality"],
    ["a quality of 0", "a.webp", { frames, fps: 8 }, { quality: 0 }, "clip/quality"],
    ["plays of MP4", "a.mp4", { frames, fps: 8 }, { loops: 2 }, "clip/loops"],
    ["half a play", "a.gif", { frames, fps: 8 }, { loops: 0.5 }, "clip/loops"],
    ["an odd width in MP4", "a.mp4", { frames: odd, fps: 8 }, {}, "clip/size"],
    ["transparency in MP4", "a.mp4", { frames: clear, fps: 8 }, {}, "clip/alpha"],
    ["an unknown ending", "a.avi", { frames, fps: 8 }, {}, "clip/format"],
    ["an unknown format", "a.gif", { frames, fps: 8 }, { format: "avi" as never }, "clip/format"],
  ])("%s", async (_, name, clip, options, code) => {
    await expect(writeClip(join(folder, "refused", name), clip, options)).rejects.toMatchObject({ code });
    await expect(readdir(join(folder, "refused"))).rejects.toThrow();
  });

  test("WebM without ffmpeg, with what may be written instead", async () => {
    withoutFfmpeg();
    await expect(videoFormats.webm.check("a.webm")).rejects.toMatchObject({ code: "ffmpeg/missing" });
    await expect(videoFormats.mp4.check("a.mp4")).resolves.toBeUndefined();
  });

  test("a near ending is named", async () => {
    const { hint } = (await writeClip("a.wepb", movingClip()).catch((error) => error)) as AquatintError;
    expect(hint).toBe('did you mean ".webp"?');
  });
});

describe("readClip refuses", () => {
  test("stills, texts and what is not there", async () => {
    const still = join(folder, "still.png");
    await sharp({ create: { width: 4, height: 4, channels: 3, background: "red" } })
      .png()
      .toFile(still);
    await expect(readClip(still)).rejects.toMatchObject({ code: "clip/still" });
    for (const kind of ["gif", "webp", "jpeg"] as const) {
      await sharp(still)
        .toFormat(kind)
        .toFile(join(folder, `still.${kind}`));
      await expect(readClip(join(folder, `still.${kind}`)), kind).rejects.toMatchObject({ code: "clip/still" });
    }
    await writeFile(join(folder, "a.txt"), "frames");
    await expect(readClip(join(folder, "a.txt"))).rejects.toMatchObject({ code: "clip/unknown" });
    await expect(readClip(join(folder, "none.gif"))).rejects.toMatchObject({ code: "file/missing" });
    await mkdir(join(folder, "empty"));
    await expect(readClip(join(folder, "empty"))).rejects.toMatchObject({ code: "clip/empty" });
  });

  test("a video without ffmpeg", async () => {
    withoutFfmpeg();
    const path = await writeClip(join(folder, "unread.mp4"), movingClip());
    await expect(readClip(path)).rejects.toMatchObject({ code: "ffmpeg/missing" });
  });
});

test("the encoder for MP4 leaves the process as it was", async () => {
  withoutFfmpeg();
  const count = () => process.listenerCount("uncaughtException") + process.listenerCount("unhandledRejection");
  const before = count();
  await Promise.all([0, 1].map((i) => writeClip(join(folder, `both-${i}.mp4`), movingClip())));
  expect(count()).toBe(before);
  const [a, b] = await Promise.all([0, 1].map((i) => readFile(join(folder, `both-${i}.mp4`))));
  expect(a).toEqual(b);
  for (const box of ["mvhd", "tkhd", "mdhd"])
    expect([...a!.subarray(a!.indexOf(box) + 8, a!.indexOf(box) + 16)], `${box} has no date`).toEqual(Array(8).fill(0));
});
