import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tinyLatentModel } from "../../test/tiny-latent-model.ts";
import { writeFiles } from "../../test/tiny-pixel-model.ts";
import { generate, prepareGeneration } from "./node.ts";

let model: string;
let overflowing: string;
beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), "aquatint-memory-"));
  [model, overflowing] = [join(root, "model"), join(root, "overflowing")];
  await writeFiles(model, tinyLatentModel());
  await writeFiles(overflowing, tinyLatentModel({ overflows: true }));
});
afterAll(() => rm(join(model, ".."), { recursive: true }));

const side = 256;
const options = { prompt: "a red apple", steps: 1, width: side, height: side };
const planned = async (maxMemory: number, more: object = {}) =>
  (await prepareGeneration({ ...options, model, maxMemory, ...more })).memory!;

describe("a limit of memory", () => {
  test("is kept by the fastest way that fits: whole pictures first, then tiles, then one network at a time", async () => {
    const whole = await planned(64e9);
    expect(whole).toMatchObject({ weightMemory: "packed", residency: "all" });
    expect(whole.tile).toBeUndefined();
    const tiled = await planned(whole.bytes - 1e6);
    expect(tiled).toMatchObject({ weightMemory: "packed", residency: "all", tile: 16 });
    const mapped = await planned(64e9, { weightMemory: "mapped" });
    expect(mapped).toMatchObject({ weightMemory: "mapped", residency: "one" });
    expect(mapped.bytes).toBeLessThan(whole.bytes);
    expect(tiled.bytes).toBeLessThan(whole.bytes);
  });

  test("that cannot be kept is refused before anything is loaded, with a size or a way that fits", async () => {
    const size = { width: 1024, height: 1024 };
    const least = await planned(64e9, { weightMemory: "mapped" });
    await expect(planned(least.bytes + 20e6, size)).rejects.toMatchObject({
      code: "generate/memory",
      message: expect.stringMatching(/^pictures of 1024x1024 take about 0\.\d\d GB, the limit is 0\.\d\d GB$/),
      hint: expect.stringMatching(/^(768x768|512x512|256x256) takes about/),
    });
    await expect(planned(1e6)).rejects.toMatchObject({ hint: expect.stringContaining("half-precision") });
  });

  test("is kept: what a process measures of itself stays below, and in tiles it is less than without", async () => {
    const script = fileURLToPath(new URL("../../test/peak-memory.ts", import.meta.url));
    const measured = async (limit: number | "none") => {
      const args = ["--import", "tsx", script, model, "1024", String(limit)];
      const { stdout } = await promisify(execFile)(process.execPath, args);
      return JSON.parse(stdout) as { plan?: { bytes: number; tile?: number }; peak: number; pictures: number };
    };
    const free = await measured("none");
    const limit = 450e6;
    const limited = await measured(limit);
    expect(limited.pictures).toBe(1);
    expect(limited.plan!.tile).toBeDefined();
    expect(limited.peak).toBeLessThan(limit);
    expect(limited.peak).toBeLessThan(free.peak - 50e6);
  });
});

describe("an autoencoder in half precision", () => {
  const run = async (path: string, vaePrecision: "float16" | "float32") => {
    const events = [];
    const wanted = { prompt: "a red apple", steps: 1, count: 2, model: path, vaePrecision };
    for await (const event of generate(wanted)) if (event.type !== "evaluation") events.push(event);
    return events;
  };

  test("that overflows is tried again in float32, once, and says so", async () => {
    const [half, full] = [await run(overflowing, "float16"), await run(overflowing, "float32")];
    expect(half.map(({ type }) => type)).toEqual(["retry", "image", "image"]);
    expect(half[0]).toMatchObject({
      part: "vae",
      from: "float16",
      to: "float32",
      nonFinite: 3 * 64 * 64,
      of: 3 * 64 * 64,
    });
    expect(half.slice(1)).toEqual(full);
  });

  test("that does not overflow gives nearly the same picture, and nothing is said", async () => {
    const [half, full] = [await run(model, "float16"), await run(model, "float32")];
    expect(half.map(({ type }) => type)).toEqual(["image", "image"]);
    const pixels = [half, full].map(([event]) => (event?.type === "image" ? event.picture.data : undefined)!);
    const differences = Array.from(pixels[0]!, (v, i) => Math.abs(v - pixels[1]![i]!));
    expect(Math.max(...differences)).toBeLessThanOrEqual(4);
    expect(differences.some((d) => d > 0)).toBe(true);
  });
});
