import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { capturedIo } from "../../../test/captured-io.ts";
import { movingClip } from "../../../test/moving-clip.ts";
import { writeClip } from "../../formats/video/encode.node.ts";
import { metadataIn } from "../commands/info.ts";
import { openClipOutput } from "./clip-outputs.ts";
import { readImage } from "./image-input.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "aquatint-clip-outputs-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));
afterEach(() => void vi.unstubAllEnvs());

const clip = movingClip();
const open = (options: Partial<Parameters<typeof openClipOutput>[0]>) =>
  openClipOutput({ prompt: "a rocket, taking off", fps: 8, ...options }, folder);

test("clips without a name go to new files of the folder out", async () => {
  const { write } = await open({ count: 2 });
  expect(await write(0, clip)).toBe(join(folder, "out", "a-rocket-taking-off-0001.webp"));
  expect(await write(1, clip)).toBe(join(folder, "out", "a-rocket-taking-off-0002.webp"));
  expect(await readdir(join(folder, "out"))).toHaveLength(2);
});

test("several clips get a number before the ending, whatever it is", async () => {
  for (const [out, path] of [
    ["a.gif", "a-2.gif"],
    ["b/a.strip.png", "b/a-2.strip.png"],
    ["frames/", "frames-2"],
  ] as const) {
    const { write } = await open({ out, count: 2 });
    expect(await write(1, clip)).toBe(join(folder, path));
  }
  expect(await readdir(join(folder, "frames-2"))).toHaveLength(10);
});

test("a file's texts are those of the clip, also of a folder of frames", async () => {
  const texts = { aquatint: '{"prompt":"a rocket","seed":1}', parameters: "a rocket\nSeed: 1" };
  for (const out of ["a.gif", "frames/"]) {
    const { write } = await open({ out });
    await write(0, clip, { texts });
    expect(await metadataIn(out, folder)).toMatchObject({ source: "aquatint", prompt: "a rocket", seed: 1 });
  }
});

test("nothing is left of the check", async () => {
  await open({ out: "a/b/c.gif" });
  await open({ out: "frames/" });
  await open({});
  expect(await readdir(folder)).toEqual([]);
});

test.each([
  ["an unknown ending", { out: "a.avi" }, "clip/format"],
  ["a file that is a folder", { out: "there.gif" }, "cli/output"],
  ["a folder of other files", { out: "there.gif/" }, "clip/folder"],
  ["the folder of the initial clip", { out: "frames/", inputs: [undefined, "frames"] }, "cli/output"],
  ["a folder with the first frame in it", { out: "frames/", inputs: ["frames/frame-0001.png"] }, "cli/output"],
  ["a folder that is a file", { out: "file/" }, "file/missing"],
  ["a folder that is a file, above", { out: "file/a.gif" }, "cli/output"],
  ["a rate that GIF does not have", { out: "a.gif", fps: 60 }, "clip/fps"],
  ["plays of MP4", { out: "a.mp4", loops: 1 }, "clip/loops"],
  ["a quality of PNG", { out: "a.png", quality: 90 }, "clip/quality"],
  ["an odd size of MP4", { out: "a.mp4", width: 63, height: 64 }, "clip/size"],
  ["WebM without ffmpeg", { out: "a.webm" }, "ffmpeg/missing"],
])("%s is refused before the work", async (_, options, code) => {
  vi.stubEnv("PATH", folder);
  await mkdir(join(folder, "there.gif"));
  await writeFile(join(folder, "there.gif", "notes.txt"), "mine");
  await writeFile(join(folder, "file"), "mine");
  await expect(open(options)).rejects.toMatchObject({ code });
});

test("an animation is refused where one image alone makes sense; elsewhere its first frame is read", async () => {
  const { io, err } = capturedIo({ cwd: folder });
  for (const name of ["a.gif", "a.webp", "a.png"]) {
    await writeClip(join(folder, name), clip);
    await expect(readImage(name, { io, still: true })).rejects.toMatchObject({ code: "image/animation" });
    expect(await readImage(name, { io })).toMatchObject({ width: 64, height: 48 });
    expect(err()).toContain(`${name}: the first of its 10 frames is used`);
  }
  await writeClip(join(folder, "one.gif"), { ...clip, frames: clip.frames.slice(0, 1) });
  expect(await readImage("one.gif", { io, still: true })).toMatchObject({ width: 64 });
});
