import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { evaluate, noiseWeights } from "../../../test/evaluate.ts";
import { openDataset } from "../../data/dataset.node.ts";
import { contactSheet } from "../../data/sheet.node.ts";
import { floatToHalf, halfToFloat } from "../../formats/safetensors/half.ts";
import { float32, float32Data } from "../../graph/host-tensor.ts";
import type { HostTensor } from "../../graph/types.ts";
import { AutoencoderKL, parseAutoencoderConfig } from "../../models/autoencoder/index.ts";
import { parameters } from "../../nn/module.ts";
import { input } from "../../ops/leaves.ts";
import { encodeComponent } from "../../pipelines/model/encode-folder.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import { trainingLatents } from "../tasks/denoising/latents.ts";
import { tinyConfig, tinyTask, tinyVae } from "../tiny.cases.ts";
import { type EncodeEvent, type EncodeOptions, encodePool } from "./encode.node.ts";

const config = { ...tinyVae, sample_size: 32, scaling_factor: 0.7 };
const vae = AutoencoderKL(parseAutoencoderConfig(config));
const names = parameters(vae);
const weights = noiseWeights(names);
const digits = { name: "digits", digits: [3, 5] };

let folder: string;
let options: EncodeOptions;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aquatint-encode-"));
  for (const [path, bytes] of encodeComponent({ folder: "", className: "AutoencoderKL", config, weights })) {
    await writeFile(join(folder, path), bytes);
  }
  const counts = { train: 20, "held-out": 3 };
  options = { dataset: digits, vae: folder, out: join(folder, "pool"), counts, threads: 1 };
  for await (const _ of encodePool(options));
});
afterAll(() => rm(folder, { recursive: true }));

/** As a folder in float16 keeps it. */
const rounded = (tensor: HostTensor): HostTensor =>
  float32(tensor.shape, halfToFloat(floatToHalf(float32Data(tensor))));
const open = (out = options.out) => openDataset({ name: "latent-pool", folder: out });
const encoded = async (from: EncodeOptions): Promise<readonly EncodeEvent[]> => {
  const events: EncodeEvent[] = [];
  for await (const event of encodePool(from)) events.push(event);
  return events;
};

describe("a pool", () => {
  test("holds the means of the posteriors of the images, rounded to float16, with their captions", async () => {
    const original = await (await openDataset(digits)).stream({ seed: 0, split: "held-out" }).next(3);
    const shape = [3, 3, 32, 32];
    const { mean } = vae.encode(input({ name: "images", dtype: "float32", shape }));
    await using runtime = await nodeRuntime({ threads: 1 });
    const feeds = { images: { dtype: "float32", shape, data: original.images } } as const;
    const half = new Map(Array.from(weights, ([name, value]) => [name, rounded(value)] as const));
    const expected = (await evaluate(runtime, { mean }, { feeds, names, values: half }))["mean"]!.data;
    const batch = await (await open()).stream({ seed: 9, split: "held-out" }).next(3);
    expect(batch.captions).toEqual(original.captions);
    expect(batch.images.length).toBe(expected.length);
    batch.images.forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThan(0.001 * Math.max(1, Math.abs(expected[i]!)));
    });
  });

  test("gives every latent once an epoch, in the order of the seed", async () => {
    const dataset = await open();
    expect(dataset).toMatchObject({ size: [32, 32], latents: { shape: [4, 16, 16], scalingFactor: 0.7 } });
    const epoch = async (seed: number) => {
      const { images } = await dataset.stream({ seed }).next(20);
      return Array.from({ length: 20 }, (_, i) => images[i * 1024 + 8 * 16 + 8]);
    };
    const [first, second] = [await epoch(1), await epoch(2)];
    expect(first).not.toEqual(second);
    expect(first.toSorted()).toEqual(second.toSorted());
    expect(new Set(first).size).toBeGreaterThan(15);
  });

  test("that a stopped run left torn goes on to what it would have been", async () => {
    const bytes = await readFile(join(options.out, "train.latents"));
    await truncate(join(options.out, "train.latents"), 7 * 2048 + 100);
    expect((await open()).report?.counts.train).toBe(7);
    const events = await encoded(options);
    const progress = { type: "progress", split: "train", done: 20, of: 20 };
    expect(events).toEqual([expect.objectContaining({ type: "plan" }), progress]);
    expect(await readFile(join(options.out, "train.latents"))).toEqual(bytes);
    expect(await encoded(options)).toEqual([expect.objectContaining({ type: "plan" })]);
  });

  test("is written by one process at a time", async () => {
    const first = encodePool({ ...options, out: join(folder, "shared") });
    await first.next();
    await first.next();
    await expect(encoded({ ...options, out: join(folder, "shared") })).rejects.toMatchObject({ code: "file/locked" });
    await first.return();
    expect(await encoded({ ...options, out: join(folder, "shared") })).not.toEqual([]);
  });

  test("is of one data set and one autoencoder", async () => {
    const other = { ...options, dataset: { ...digits, digits: [4] } };
    await expect(encoded(other)).rejects.toThrow('holds latents of another "dataset"');
    await expect(encoded({ ...options, seed: 1 })).rejects.toThrow('holds latents of another "seed"');
  });

  test("is no sheet of images", async () => {
    await expect(contactSheet(await open(), { seed: 0 })).rejects.toThrow("a sheet takes images");
  });
});

describe("a pool of clips", () => {
  const clips = {
    ...{ name: "emoji-clips", size: 32, frames: 3, fps: 6, names: ["cat", "house"], styles: ["flat"] },
    ...{ backgrounds: { solid: 1 }, motions: { left: 1, grow: 1 } },
  };

  test("holds the latents of the frames, one after another, and says its size first", async () => {
    const counts = { train: 7, "held-out": 2 };
    const pool = { ...options, dataset: clips, out: join(folder, "clips"), counts };
    const [plan, ...progress] = await encoded(pool);
    expect(plan).toMatchObject({ type: "plan", bytes: { train: 7 * 3 * 2048, "held-out": 2 * 3 * 2048 } });
    expect(progress.at(-1)).toEqual({ type: "progress", split: "train", done: 7, of: 7 });
    const dataset = await open(pool.out);
    expect(dataset).toMatchObject({ clip: { frames: 3, fps: 6 }, latents: { shape: [4, 16, 16] } });
    const original = await (await openDataset(clips)).stream({ seed: 0, split: "held-out" }).next(2);
    const batch = await dataset.stream({ seed: 1, split: "held-out" }).next(2);
    expect(batch.captions).toEqual(original.captions);
    expect(batch.images.length).toBe(2 * 3 * 1024);
    const x0 = input({ name: "images", dtype: "float32", shape: [6, 3, 32, 32] });
    await using runtime = await nodeRuntime({ threads: 1 });
    const half = new Map(Array.from(weights, ([name, value]) => [name, rounded(value)] as const));
    const feeds = { images: float32([6, 3, 32, 32], original.images as Float32Array<ArrayBuffer>) };
    const { mean } = await evaluate(runtime, { mean: vae.encode(x0).mean }, { feeds, names, values: half });
    batch.images.forEach((value, i) => {
      expect(Math.abs(value - mean!.data[i]!)).toBeLessThan(0.001 * Math.max(1, Math.abs(mean!.data[i]!)));
    });
  });
});

test("a folder that is no pool is told so", async () => {
  await expect(open(join(folder, "gone"))).rejects.toMatchObject({ code: "file/missing" });
  await writeFile(join(folder, "pool.json"), '{"size": 3}');
  await expect(open(folder)).rejects.toMatchObject({ code: "pool/facts" });
});

describe("training on a pool", () => {
  test("feeds its latents, times the scaling factor", async () => {
    const dataset = await open();
    const { images } = await dataset.stream({ seed: 3 }).next(2);
    const space = trainingLatents({
      modules: { posterior: vae },
      size: dataset.size,
      latents: "mean",
      facts: dataset.latents,
    });
    const feeds = space.feeds(images, undefined as never);
    await using runtime = await nodeRuntime({ threads: 1 });
    const { x0 } = await evaluate(runtime, { x0: space.x0(2) }, { feeds });
    expect(x0!.shape).toEqual([2, 4, 16, 16]);
    x0!.data.forEach((value, i) => {
      expect(value).toBeCloseTo(0.7 * images[i]!, 5);
    });
  });

  test("of another autoencoder, or in pixels, is refused", async () => {
    const { size, latents: facts } = await open();
    const other = AutoencoderKL(parseAutoencoderConfig({ ...config, scaling_factor: 0.5 }));
    const spaceOf = (modules: object) => () => trainingLatents({ modules, size, latents: "mean", facts });
    expect(spaceOf({ posterior: other })).toThrow("latents of another autoencoder");
    expect(spaceOf({})).toThrow("latents of another autoencoder");
  });

  test("is refused to tasks that learn from images", async () => {
    const autoencoder = tinyConfig({ task: "autoencoder", model: { vae: tinyVae } });
    await using runtime = await nodeRuntime({ threads: 1 });
    await expect(tinyTask(autoencoder, { runtime, dataset: await open() })).rejects.toThrow("this task takes images");
  });
});
