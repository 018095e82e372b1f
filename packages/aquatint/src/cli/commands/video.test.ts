import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { capturedIo } from "../../../test/captured-io.ts";
import { movingClip } from "../../../test/moving-clip.ts";
import { tinyLatentModel } from "../../../test/tiny-latent-model.ts";
import { tinyMotionAdapter } from "../../../test/tiny-motion.ts";
import { writeFiles } from "../../../test/tiny-pixel-model.ts";
import { encodePng } from "../../formats/png/png.ts";
import { writeClip } from "../../formats/video/encode.node.ts";
import { readClip } from "../../formats/video/read-clip.node.ts";
import { main } from "../main.ts";

let root: string;
let cwd: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "aquatint-video-"));
  await writeFiles(join(root, "model"), tinyLatentModel());
  await writeFiles(join(root, "motion"), tinyMotionAdapter());
  await writeClip(join(root, "clip.gif"), movingClip({ count: 4 }));
});
beforeEach(async () => {
  cwd = await mkdtemp(join(root, "cwd-"));
});
afterAll(() => rm(root, { recursive: true }));

async function call(...args: readonly string[]) {
  const { io, out, err } = capturedIo({ cwd });
  return { code: await main(args, io), out: out(), err: err() };
}
const base = ["--steps", "2", "--size", "32x32", "--seed", "3", "--quiet"];
const video = (prompt: string, ...args: readonly string[]) =>
  call("video", prompt, "--model", join(root, "model"), "--motion", join(root, "motion"), ...base, ...args);

test("writes a clip with its recipe, and the same seed gives the same clip again", async () => {
  const first = await video("0: a red apple, 2: a blue cat", "--frames", "4", "--fps", "5", "--out", "a.png");
  expect(first).toMatchObject({ code: 0, out: expect.stringMatching(/^a\.png {2}32x32, 4 frames at 5\/s, seed 3, /) });
  const clip = await readClip(join(cwd, "a.png"));
  expect([clip.frames.length, clip.fps]).toEqual([4, 5]);
  const info = await call("info", "a.png");
  for (const text of ["0: a red apple, 2: a blue cat", "frames", "motion"]) expect(info.out).toContain(text);
  const again = await video("0: a red apple, 2: a blue cat", "--frames", "4", "--out", "b/c.png", "--json");
  expect(JSON.parse(again.out)).toMatchObject({ clips: [{ seed: 3, frames: 4, fps: 8, width: 32, height: 32 }] });
  expect((await readClip(join(cwd, "b/c.png"))).frames).toEqual(clip.frames);
});

test("--like makes a clip again, frame by frame, with its windows and FreeInit", async () => {
  const options = ["--frames", "10", "--fps", "12", "--context", "4", "--context-weights", "flat", "--free-init", "2"];
  await video("0: a red apple, 6: a blue cat", ...options, "--closed-loop", "--negative", "blur", "--out", "a.png");
  const files = ["--model", join(root, "model"), "--motion", join(root, "motion")];
  const again = await call("video", ...files, "--like", "a.png", "--out", "b.png", "--quiet");
  expect(again).toMatchObject({
    code: 0,
    err: expect.stringContaining("give again what its file does not hold: motion adapter "),
  });
  const [first, second] = [await readClip(join(cwd, "a.png")), await readClip(join(cwd, "b.png"))];
  expect([second.fps, second.frames]).toEqual([12, first.frames]);
  const other = await call(
    "video",
    "a blue cat",
    ...files,
    "--like",
    "a.png",
    "--frames",
    "5",
    "--out",
    "c.png",
    "--quiet",
  );
  expect(other).toMatchObject({ code: 0 });
  expect((await readClip(join(cwd, "c.png"))).frames).toHaveLength(5);
});

test("a clip is not taken for an image, nor an image for a clip", async () => {
  await video("a red apple", "--frames", "2", "--out", "a.png");
  const image = await call("generate", "--model", join(root, "model"), "--like", "a.png", "--out", "b.png");
  expect(image).toMatchObject({
    code: 1,
    err: expect.stringMatching(/a\.png is a clip of 2 frames.*\n.*video --like/s),
  });
  const hires = ["--hires", "2", "--variation-strength", "0.2"];
  await call("generate", "a red apple", "--model", join(root, "model"), ...base, ...hires, "--out", "c.png");
  const files = ["--model", join(root, "model"), "--motion", join(root, "motion"), "--frames", "2"];
  const clip = await call("video", ...files, "--like", "c.png", "--out", "d.png", "--quiet");
  expect(clip).toMatchObject({ code: 0, err: expect.stringContaining("the settings are those of an image") });
  expect(clip.err).toContain("clips have no hires and no variation, which the image had");
  expect(await call("video", ...files, "--quiet")).toMatchObject({ code: 1, err: expect.stringContaining("missing") });
});

test("begins with a clip or is held to an image, in windows", async () => {
  await video("a red apple", "--frames", "3", "--out", "a.png");
  const changed = await video("a blue cat", "--init", "a.png", "--strength", "0.5", "--out", "b.png");
  expect(changed).toMatchObject({ code: 0 });
  expect((await readClip(join(cwd, "b.png"))).frames).toHaveLength(3);
  await writeFile(
    join(cwd, "first.png"),
    encodePng({ width: 32, height: 32, channels: 3, data: new Uint8Array(3072) }),
  );
  const long = ["--frames", "10", "--context", "4", "--closed-loop", "--first-frame", "first.png", "--out", "frames/"];
  expect(await video("a red apple", ...long)).toMatchObject({ code: 0 });
  expect(await readdir(resolve(cwd, "frames"))).toHaveLength(10);
});

test("a ControlNet steers all frames by an image, or each by the frame of a clip", async () => {
  const fixtures = fileURLToPath(new URL("../../../test/fixtures/pipelines", import.meta.url));
  const files = ["--model", join(fixtures, "tiny"), "--motion", join(root, "motion")];
  const size = ["--size", "16x16", "--steps", "2", "--seed", "5", "--frames", "2", "--quiet"];
  const net = ["--control", join(fixtures, "controlnet-1"), "--control-scale", "2", "--control-image"];
  const plain = (value: number) => ({
    width: 16,
    height: 16,
    channels: 3 as const,
    data: new Uint8Array(768).fill(value),
  });
  await writeFile(join(cwd, "black.png"), encodePng(plain(0)));
  await writeClip(join(cwd, "clip.gif"), { frames: [plain(0), plain(255)], fps: 8 });
  const frames = async (out: string, ...args: readonly string[]) => {
    expect(await call("video", "a fox", ...files, ...size, "--out", out, ...args)).toMatchObject({ code: 0 });
    return (await readClip(join(cwd, out))).frames;
  };
  const free = await frames("free.png");
  const black = await frames("black.webp", ...net, "black.png", "--quality", "100");
  const clip = await frames("clip.webp", ...net, "clip.gif", "--quality", "100");
  expect(black).not.toEqual(free);
  expect(clip).not.toEqual(black);
});

test.each<[string, readonly string[], RegExp]>([
  ["more frames than the adapter's positions", ["--frames", "20"], /8 positions.*20 frames/],
  ["a strength without a clip", ["--strength", "0.5"], /no --init and no --first-frame/],
  ["an option of other programs", ["--num-frames", "16"], /--num-frames.*\nhint: here it is --frames 16/],
  ["an ending that no clip has", ["--out", "a.avi"], /\.avi/],
  [
    "a quality of GIF",
    ["--out", "a.gif", "--quality", "80"],
    /GIF has no quality, got 80\nhint: leave the quality out/,
  ],
  ["a clip to begin with that is not there", ["--init", "nowhere.gif"], /nowhere\.gif/],
  [
    "a clip as the first frame",
    ["--first-frame", "clip.gif"],
    /clip\.gif is an animation of 4 frames, expected a still image/,
  ],
  ["a control image without a ControlNet", ["--control-image", "a.png"], /--control-image: there is no --control/],
  ["a model in place of the adapter", ["--motion", "model"], /holds .*expected MotionAdapter/],
  ["a weighting that nobody knows", ["--context-weights", "pyramids"], /pyramid/],
])("refuses %s before anything is drawn", async (_, args, message) => {
  const files = args.map((text) => (["model", "clip.gif"].includes(text) ? join(root, text) : text));
  const { code, out, err } = await video("a red apple", "--frames", "3", ...files);
  expect([code, out]).toEqual([1, ""]);
  expect(err).toMatch(message);
  expect(await readdir(cwd)).toEqual([]);
});
