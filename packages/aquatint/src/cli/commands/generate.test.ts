import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type CapturedOptions, capturedIo } from "../../../test/captured-io.ts";
import { tinyPixelModel, writeFiles } from "../../../test/tiny-pixel-model.ts";
import { readSafetensors } from "../../formats/files.node.ts";
import { decodePng } from "../../formats/png/png.ts";
import { toFloat32 } from "../../formats/safetensors/half.ts";
import { Interrupted } from "../io.ts";
import { main } from "../main.ts";
import { version } from "../version.ts";

let root: string;
let cwd: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "aquatint-generate-"));
  await writeFiles(join(root, "tiny/model"), tinyPixelModel());
});
beforeEach(async () => {
  cwd = await mkdtemp(join(root, "cwd-"));
});
afterAll(() => rm(root, { recursive: true }));

/** Runs `aquatint generate` with the tiny model in a folder of its own. */
async function run(prompt: string, args: readonly string[] = [], options: Partial<CapturedOptions> = {}) {
  const { io, out, err } = capturedIo({ cwd, ...options });
  const code = await main(["generate", prompt, "--model", join(root, "tiny/model"), ...args], io);
  return { code, out: out(), err: err() };
}
const pngAt = async (file: string) => decodePng(await readFile(resolve(cwd, file)));

describe("aquatint generate", () => {
  test("writes the image with its recipe, and a seed gives the same file again", async () => {
    const args = ["--steps", "20", "--size", "10x8", "--negative", "blur"];
    const single = await run("a red apple 🍎", [...args, "--seed", "8", "--out", "a.png"]);
    expect(single).toMatchObject({ code: 0, out: expect.stringMatching(/^a\.png {2}10x8, seed 8, .* s\n$/) });
    const { width, height, text } = await pngAt("a.png");
    expect([width, height]).toEqual([10, 8]);
    const recipe = {
      prompt: "a red apple 🍎",
      negative: "blur",
      seed: 8,
      steps: 20,
      sampler: "ddim",
      guidance: 2,
      rng: "torch-cpu",
    };
    const weights = await readFile(join(root, "tiny/model/unet/diffusion_pytorch_model.safetensors"));
    const modelHash = createHash("sha256").update(weights).digest("hex");
    const provenance = { width: 10, height: 8, model: "tiny/model", modelHash, version };
    expect(JSON.parse(text["aquatint"]!)).toEqual({ ...recipe, ...provenance });
    const model = `Model hash: ${modelHash.slice(0, 10)}, Model: tiny/model`;
    const settings = `Steps: 20, Sampler: DDIM, CFG scale: 2, Seed: 8, RNG: CPU, Size: 10x8, ${model}`;
    expect(text["parameters"]).toBe(`a red apple 🍎\nNegative prompt: blur\n${settings}, Version: aquatint ${version}`);

    expect((await run(" ", [...args, "--out", "empty.png"])).err).toContain("note: the prompt is empty");
    expect(await run("", [...args, "--out", "empty.png", "--quiet"])).toMatchObject({ code: 0, err: "" });
    await rm(join(cwd, "empty.png"));

    const options = ["--count", "2", "--seed", "7", "--out", "b.png", "--strip", "s.png", "--json"];
    const { images } = JSON.parse((await run("a red apple 🍎", [...args, ...options])).out);
    const size = { width: 10, height: 8 };
    expect(images).toEqual([
      { path: join(cwd, "b-1.png"), seed: 7, ...size },
      { path: join(cwd, "b-2.png"), seed: 8, ...size },
    ]);
    expect(await readdir(cwd)).toEqual(["a.png", "b-1.png", "b-2.png", "s-1.png", "s-2.png"]);
    expect(await readFile(join(cwd, "b-2.png"))).toEqual(await readFile(join(cwd, "a.png")));
    const strip = await pngAt("s-1.png"); // 16 columns of 10 x 8 pixels, eight times enlarged
    expect([strip.width, strip.height]).toEqual([16 * (80 + 2) + 2, 2 * (64 + 2) + 2]);
  });

  test("--json prints one object; images go to ./out/ under new names, with new seeds", async () => {
    const args = ["--json", "--quiet", "--steps", "1"];
    const results = [];
    for (const [prompt, count] of [
      ["A red apple, blue background!", "2"],
      ["", "1"],
    ] as const) {
      const { code, out, err } = await run(prompt, [...args, "--count", count], { isTTY: true });
      expect({ code, err }).toEqual({ code: 0, err: "" });
      results.push(JSON.parse(out));
    }
    const names = ["a-red-apple-blue-background-0001.png", "a-red-apple-blue-background-0002.png", "image-0001.png"];
    const images = results.flatMap((result) => result.images);
    expect(images.map(({ path }) => path)).toEqual(names.map((name) => join(cwd, "out", name)));
    expect(await readdir(join(cwd, "out"))).toEqual(names);
    expect(images[1].seed).toBe(images[0].seed + 1);
    expect(images[2].seed).not.toBe(images[0].seed);
    for (const { seconds, ...rest } of results) {
      expect(seconds).toBeGreaterThan(0);
      expect(Object.keys(rest)).toEqual(["images"]);
    }
    for (const { path, ...image } of images) {
      expect(image).toEqual({ seed: image.seed, width: 8, height: 8 });
      expect(JSON.parse((await pngAt(path)).text["aquatint"]!).seed).toBe(image.seed);
    }
  });

  test("--strip and --save-trajectory hold every evaluation of a sampler with two a step", async () => {
    const args = ["--sampler", "heun", "--steps", "3", "--strip", "s.png", "--save-trajectory", "t.safetensors"];
    expect(await run("a blue cat", [...args, "--seed", "3"])).toMatchObject({ code: 0 });
    const { tensors, metadata } = await readSafetensors(join(cwd, "t.safetensors"));
    expect(metadata).toMatchObject({ prompt: "a blue cat", seed: "3", sampler: "heun", steps: "3" });
    const shapes = Array.from(tensors, ([name, { dtype, shape }]) => [name, dtype, shape]).sort();
    const [row, pixels] = [[5], [5, 3, 8, 8]]; // the last step is a single evaluation
    const f32 = (name: string, shape: number[]) => [name, "F32", shape];
    expect(shapes).toEqual([f32("alpha", row), f32("sigma", row), f32("t", row), f32("x", pixels), f32("x0", pixels)]);
    const [t, alpha, sigma] = ["t", "alpha", "sigma"].map((name) => toFloat32(tensors.get(name)!));
    expect(t![1]).toBe(t![2]); // a step's second evaluation is at the level where the next step begins
    for (const [i, a] of alpha!.entries()) expect(a ** 2 + sigma![i]! ** 2).toBeCloseTo(1, 5);
    const { width, height } = await pngAt("s.png"); // 3 columns: one a step
    expect([width, height]).toEqual([3 * (64 + 2) + 2, 2 * (64 + 2) + 2]);
  });

  test("a terminal sees progress and every image", async () => {
    const terminal = { isTTY: true, env: { COLORTERM: "truecolor" } };
    const { out, err } = await run("a red apple", ["--steps", "2", "--count", "2"], terminal);
    expect(err).toMatch(/0\/4 steps/);
    expect(out.match(/▀/g)).toHaveLength(2 * 80 * 40); // 8 x 8 pixels, ten times enlarged, two in a character
    expect(out).toMatch(/out\/a-red-apple-0002\.png {2}8x8, seed \d+, .* s\n$/);
  });

  test("an interruption ends it with the signal's exit code and leaves no file", async () => {
    const controller = new AbortController();
    const onStderr = (text: string) => {
      if (/ [1-9]\d*\/1000 steps/.test(text)) controller.abort(new Interrupted("SIGINT"));
    };
    const args = ["--steps", "1000", "--strip", "s.png", "--json"];
    const ended = await run("a red apple", args, { isTTY: true, signal: controller.signal, onStderr });
    expect(ended).toEqual({ code: 130, out: "", err: expect.stringMatching(/interrupted\n$/) });
    expect(await readdir(cwd)).toEqual([]);
  });
});
