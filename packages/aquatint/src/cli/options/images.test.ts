import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { capturedIo } from "../../../test/captured-io.ts";
import { tinyPixelModel, writeFiles } from "../../../test/tiny-pixel-model.ts";
import { decodePng, encodePng } from "../../formats/png/png.ts";
import { main } from "../main.ts";

let root: string;
let cwd: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "aquatint-images-"));
  await writeFiles(join(root, "tiny/model"), tinyPixelModel());
});
beforeEach(async () => {
  cwd = await mkdtemp(join(root, "cwd-"));
  await writeFile(join(cwd, "teal.png"), encodePng(plain(16, 16, () => [0, 128, 128])));
});
afterAll(() => rm(root, { recursive: true }));

const plain = (width: number, height: number, color: (x: number) => readonly [number, number, number]) => ({
  width,
  height,
  channels: 3 as const,
  data: Uint8Array.from({ length: 3 * width * height }, (_, i) => color(Math.floor(i / 3) % width)[(i % 3) | 0]!),
});

/** Runs `aquatint generate` with the tiny model; returns what it wrote on stderr. */
async function run(...args: readonly string[]): Promise<string> {
  const { io, err } = capturedIo({ cwd });
  const fixed = ["--model", join(root, "tiny/model"), "--seed", "5", "--steps", "6"];
  const code = await main(["generate", "a red apple", ...fixed, ...args], io);
  expect([code, err().match(/^error.*/m)?.[0]]).toEqual([0, undefined]);
  return err();
}
const image = async (file: string) => decodePng(await readFile(resolve(cwd, file)));
const distance = (a: Uint8Array, b: Uint8Array) => a.reduce((sum, v, i) => sum + Math.abs(v - b[i]!), 0) / a.length;

describe("--init", () => {
  test("goes the less far from an image the weaker it is, and says that it was resized", async () => {
    const said = await run("--init", "teal.png", "--strength", "0.2", "--out", "near.png");
    expect(said).toContain("teal.png was resized from 16x16 to 8x8\n");
    expect(await run("--init", "teal.png", "--strength", "1", "--out", "far.png", "--quiet")).toBe("");
    const [weak, strong] = [await image("near.png"), await image("far.png")];
    const { data } = plain(8, 8, () => [0, 128, 128]);
    expect(weak).toMatchObject({ width: 8, height: 8 });
    expect(distance(weak.data, data)).toBeLessThan(distance(strong.data, data) / 2);
  });

  test("keeps what --mask does not paint", async () => {
    await writeFile(join(cwd, "mask.png"), encodePng(plain(16, 16, (x) => (x < 8 ? [0, 0, 0] : [255, 255, 255]))));
    await run("--init", "teal.png", "--mask", "mask.png", "--out", "half.png");
    const { data } = await image("half.png");
    const side = (isLeft: boolean) => data.filter((_, i) => Math.floor(i / 3) % 8 < 4 === isLeft);
    const teal = (n: number) => plain(n, 1, () => [0, 128, 128]).data;
    expect(distance(side(true), teal(32))).toBe(0);
    expect(distance(side(false), teal(32))).toBeGreaterThan(10);
  });
});

describe("what was done with an image is said", () => {
  const fileLines = (said: string) =>
    said.split("\n").filter((line) => /^\w+\.(png|gif)/.test(line) || /^(error|hint)/.test(line));
  test("sides that are cut off, and transparency", async () => {
    const wide = plain(32, 16, () => [0, 128, 128]);
    const data = Uint8Array.from({ length: 4 * 32 * 16 }, (_, i) => (i % 4 < 3 ? 0 : i < 1024 ? 0 : 255));
    await writeFile(join(cwd, "wide.png"), encodePng(wide));
    await writeFile(join(cwd, "clear.png"), encodePng({ width: 32, height: 16, channels: 4, data }));
    const said = await run("--init", "wide.png", "--mask", "clear.png", "--size", "8x8", "--out", "o.png");
    expect(fileLines(said)).toEqual([
      "clear.png: what is transparent in it is painted",
      "wide.png was resized from 32x16 to 8x8, cut off at its left and right",
      "clear.png was resized from 32x16 to 8x8, cut off at its left and right",
    ]);
  });

  test("an odd size ends in an image, and a constant image stays that at the lowest strength", async () => {
    await writeFile(join(cwd, "odd.png"), encodePng(plain(53, 30, () => [10, 20, 30])));
    await run("--init", "odd.png", "--size", "8x8", "--out", "o.png", "--quiet");
    expect(await image("o.png")).toMatchObject({ width: 8, height: 8 });
  });
});

describe("--hires", () => {
  test("is what --init makes of the finished image", async () => {
    await run("--out", "small.png");
    await run("--init", "small.png", "--strength", "0.5", "--size", "16x16", "--out", "by-hand.png");
    const said = await run("--hires", "2", "--out", "large.png");
    expect(said).not.toContain("resized");
    const [large, byHand] = [await image("large.png"), await image("by-hand.png")];
    expect([large.width, large.height]).toEqual([16, 16]);
    expect(large.data).toEqual(byHand.data);
  });
});

describe("--control", () => {
  const fixtures = fileURLToPath(new URL("../../../test/fixtures/pipelines", import.meta.url));
  const control = ["--control", join(fixtures, "controlnet-1"), "--control-image", "teal.png"];
  const draw = async (out: string, ...args: readonly string[]) => {
    const fixed = ["--model", join(fixtures, "tiny"), "--size", "16x16", "--steps", "2", "--seed", "5", "--quiet"];
    const { io, err } = capturedIo({ cwd });
    expect([await main(["generate", "a fox", ...fixed, "--out", out, ...args], io), err()]).toEqual([0, ""]);
    return (await image(out)).data;
  };

  test("steers by its image, as strongly as its scale says and as long as its range", async () => {
    const free = await draw("free.png");
    expect(await draw("none.png", ...control, "--control-scale", "0")).toEqual(free);
    const [full, half] = [
      await draw("whole.png", ...control),
      await draw("half.png", ...control, "--control-range", "0-0.5"),
    ];
    expect(distance(full, free)).toBeGreaterThan(0);
    expect(distance(half, free)).toBeGreaterThan(0);
    expect(half).not.toEqual(full);
  });

  test("a mask of strokes that no latent sees is refused", async () => {
    const line = encodePng(plain(16, 16, (x) => (x === 1 ? [255, 255, 255] : [0, 0, 0])));
    await writeFile(join(cwd, "line.png"), line);
    const { io, err } = capturedIo({ cwd });
    const images = ["--init", "teal.png", "--mask", "line.png"];
    const fixed = ["--model", join(fixtures, "tiny"), "--size", "16x16", "--steps", "2", "--quiet"];
    expect(await main(["generate", "a fox", ...fixed, ...images], io)).toBe(1);
    expect(err()).toMatch(/^error: the mask is dark at each of the latent's places, which are \d+ pixels apart/);
  });

  test("an inpainting model wants an image and a mask", async () => {
    const { io, err } = capturedIo({ cwd });
    expect(await main(["generate", "a fox", "--model", join(fixtures, "tiny-inpaint")], io)).toBe(1);
    expect(err()).toBe(
      "error: this model paints into an image, and was given none\nhint: give it an image and a mask\n",
    );
  });
});

describe("--batch", () => {
  test("makes the images that --count makes, several at a time", async () => {
    await run("--count", "3", "--out", "one.png", "--sampler", "euler-a", "--strip", "strip.png");
    await run("--count", "3", "--batch", "2", "--out", "two.png", "--sampler", "euler-a", "--strip", "strips.png");
    for (const n of [1, 2, 3]) {
      expect(distance((await image(`two-${n}.png`)).data, (await image(`one-${n}.png`)).data)).toBeLessThan(0.1);
      expect(distance((await image(`strips-${n}.png`)).data, (await image(`strip-${n}.png`)).data)).toBeLessThan(0.1);
    }
  });

  test("sets the count where there is none", async () => {
    await run("--batch", "2", "--out", "b.png");
    expect((await readdir(cwd)).filter((name) => name.startsWith("b"))).toEqual(["b-1.png", "b-2.png"]);
  });
});
