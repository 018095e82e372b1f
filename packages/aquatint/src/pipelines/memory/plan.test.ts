import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tinyLatentModel } from "../../../test/tiny-latent-model.ts";
import { writeFiles } from "../../../test/tiny-pixel-model.ts";
import type { WeightMemory } from "../../compiler/executable.ts";
import { generate, openTextToImage } from "../generate.node.ts";
import { planTextToImage } from "../text-to-image/plan.ts";
import { planMemoryLimit } from "./plan.node.ts";
import type { MemoryPlan } from "./plan.ts";
import { rehearsedImages } from "./rehearsal.ts";

let model: string;
let overflowing: string;
beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), "aquatint-memory-"));
  [model, overflowing] = [join(root, "model"), join(root, "overflowing")];
  await writeFiles(model, tinyLatentModel());
  await writeFiles(overflowing, tinyLatentModel({ overflows: true }));
});
afterAll(() => rm(join(model, ".."), { recursive: true }));

const BASELINE = 100e6;
/** Growth of a process while it reads the model and plans. */
const SPARE = 90e6;
const conditioned = fileURLToPath(new URL("../../../test/fixtures/conditioned/sd", import.meta.url));

/** The plan for an image, as if the process took 100 MB so far. */
async function planned(side: number, maxMemory: number, weightMemory?: WeightMemory, path = model) {
  const opened = await openTextToImage(path);
  const at = (size: object) => planTextToImage(opened, { prompt: "a red apple", steps: 1, ...size });
  const plan = await at({ width: side, height: side });
  const run = rehearsedImages({ model: opened, plan, resized: at });
  const limit = { ...run, maxMemory, weightMemory, baseline: () => BASELINE };
  return (await planMemoryLimit(limit))!;
}

describe("a limit of memory", () => {
  /** The plans for limits that each are a byte too small for the one before, down to refusal. */
  async function descend(side: number, weightMemory?: WeightMemory, path = model) {
    const plans: MemoryPlan[] = [];
    for (let limit = 64e9; ; limit = plans.at(-1)!.bytes - 1) {
      const plan = await planned(side, limit, weightMemory, path).catch(() => undefined);
      if (!plan) return plans;
      expect(plan.bytes).toBeLessThanOrEqual(limit);
      plans.push(plan);
    }
  }

  test("is kept by the fastest way that fits: whole images before tiles, one network at a time after all", async () => {
    const plans = await descend(512);
    expect(plans[0]).toMatchObject({ weightMemory: "packed", residency: "all" });
    expect(plans[0]!.tile).toBeUndefined();
    expect(plans.at(-1)).toMatchObject({ weightMemory: "mapped", residency: "single", tile: expect.any(Number) });
    const ranks = plans.map(({ residency, tile = 64 }) => (residency === "single" ? 1000 : 0) - tile);
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
  });

  test("that cannot be kept is refused before anything is loaded, with a size or a way that fits", async () => {
    const least = await planned(256, 64e9, "mapped");
    await expect(planned(1024, least.bytes)).rejects.toMatchObject({
      code: "generate/memory",
      message: expect.stringMatching(/^images of 1024x1024 take about 0\.\d\d GB, the limit is 0\.\d\d GB$/),
      hint: expect.stringMatching(/^(512x512|256x256) takes about/),
    });
    const packed = (await descend(512, "packed")).at(-1)!;
    await expect(planned(512, packed.bytes - 1, "packed")).rejects.toMatchObject({
      hint: expect.stringMatching(/^take mapped weights: about/),
    });
    await expect(planned(256, 1e6)).rejects.toMatchObject({
      message: expect.stringMatching(/the limit is 1 MB$/),
      hint: expect.stringContaining("half-precision"),
    });
  });

  const grid = (["tiny latent", "conditioned"] as const).flatMap((name) =>
    [256, 640].flatMap((side) => (["packed", "mapped", "tiled"] as const).map((mode) => ({ name, side, mode }))),
  );

  test.each(grid)("is kept by what a process measures of itself: $name, $side, $mode", async ({ name, side, mode }) => {
    const path = name === "tiny latent" ? model : conditioned;
    const plans = await descend(side, mode === "packed" ? "packed" : "mapped", path);
    const { bytes } = mode === "tiled" ? plans.at(-1)! : plans[0]!;
    const script = fileURLToPath(new URL("../../../test/peak-memory.ts", import.meta.url));
    const weightMemory = mode === "packed" ? "packed" : "mapped";
    const args = [
      "--import",
      "tsx",
      script,
      path,
      String(side),
      String(bytes - BASELINE + SPARE),
      "image",
      weightMemory,
    ];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const { plan, peak, images, limit } = JSON.parse(stdout);
    expect(images).toBe(1);
    expect(plan.weightMemory).toBe(weightMemory);
    expect(plan.bytes).toBeLessThanOrEqual(limit);
    expect(peak).toBeLessThan(1.1 * plan.bytes);
    expect(peak).toBeGreaterThan(0.6 * plan.bytes);
  });
});

describe("an autoencoder in half precision", () => {
  const run = async (path: string, vaePrecision: "float16" | "float32") => {
    const events = [];
    const options = { prompt: "a red apple", steps: 1, count: 2, model: path, vaePrecision };
    for await (const event of generate(options)) if (event.type !== "evaluation") events.push(event);
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

  test("that does not overflow gives nearly the same image, and nothing is said", async () => {
    const [half, full] = [await run(model, "float16"), await run(model, "float32")];
    expect(half.map(({ type }) => type)).toEqual(["image", "image"]);
    const pixels = [half, full].map(([event]) => (event?.type === "image" ? event.image.data : undefined)!);
    const differences = Array.from(pixels[0]!, (v, i) => Math.abs(v - pixels[1]![i]!));
    expect(Math.max(...differences)).toBeLessThanOrEqual(4);
    expect(differences.some((d) => d > 0)).toBe(true);
  });
});
