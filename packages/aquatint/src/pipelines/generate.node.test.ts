import { cp, mkdir, mkdtemp, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tinyPixelModel, writeFiles } from "../../test/tiny-pixel-model.ts";
import { defaultModelFolder } from "./default-model.node.ts";
import { generate, openTextToImage, prepareGeneration } from "./generate.node.ts";
import type { ImageEvent } from "./text-to-image/text-to-image.ts";

let root: string;
let model: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "aquatint-pipelines-"));
  model = join(root, "model");
  await writeFiles(model, tinyPixelModel());
});
afterAll(() => rm(root, { recursive: true }));

const failing = (code: string, message: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(message), hint: expect.any(String) });

describe("the default model", () => {
  const installed = async (files: Readonly<Record<string, string>>) => {
    const home = await mkdtemp(join(root, "home-"));
    await writeFiles(join(home, "node_modules/@aquatint/model-emoji"), new Map(Object.entries(files)));
    return { home, from: pathToFileURL(join(home, "index.js")).href };
  };

  test.each([
    ["latent", ["pixel", "latent"]],
    ["pixel", ["pixel"]],
  ])("is the %s folder of its package where it holds %j", async (expected, folders) => {
    const models = Object.fromEntries(folders.map((folder) => [`${folder}/model_index.json`, "{}"]));
    const { home, from } = await installed({ "package.json": "{}", ...models });
    expect(await defaultModelFolder({ from })).toBe(join(home, "node_modules/@aquatint/model-emoji", expected));
  });

  test("may be asked for among some of the folders", async () => {
    const models = { "latent/model_index.json": "{}", "pixel/model_index.json": "{}" };
    const { home, from } = await installed({ "package.json": "{}", ...models });
    const pixel = join(home, "node_modules/@aquatint/model-emoji/pixel");
    expect(await defaultModelFolder({ from, among: ["pixel"] })).toBe(pixel);
  });

  test("is in the packed aquatint before it is in a package of its own", async () => {
    const { home, from } = await installed({ "package.json": "{}", "latent/model_index.json": "{}" });
    const packed = join(home, "node_modules/aquatint");
    await writeFiles(
      packed,
      new Map([
        ["package.json", "{}"],
        ["model-emoji/pixel/model_index.json", "{}"],
      ]),
    );
    expect(await defaultModelFolder({ from })).toBe(join(packed, "model-emoji/pixel"));
  });

  test.each([
    ["the package is not installed", {}, "is installed beside"],
    ["the package holds no model", { "package.json": "{}", "latent/README.md": "" }, "has no latent or pixel folder"],
  ])("is missed clearly where %s", async (_, files, message) => {
    const { from } = await installed(files);
    await expect(defaultModelFolder({ from })).rejects.toThrow(failing("model/default-missing", message));
  });
});

describe("a sampler for one image at a time", () => {
  const prompt = { prompt: "a red apple", steps: 3, sampler: "DPM adaptive" };

  test("refuses a batch before the model is loaded", async () => {
    const refusal = failing("sampler/rows", '"dpm-adaptive" chooses its steps for one image, got 2 images in a batch');
    await expect(prepareGeneration({ ...prompt, model, batch: 2 })).rejects.toThrow(refusal);
    await expect(prepareGeneration({ ...prompt, model, batch: 4, count: 2 })).rejects.toThrow(refusal);
    const cached = { prompt: "a red apple", model, stepCache: { name: "easy" } };
    const rows = failing("step-cache/rows", '"easy" decides for one image, got 2 images in a batch');
    await expect(prepareGeneration({ ...cached, batch: 2 })).rejects.toThrow(rows);
    const sampler = failing("step-cache/sampler", '"dpm-adaptive" chooses its steps');
    await expect(prepareGeneration({ ...cached, sampler: "dpm-adaptive" })).rejects.toThrow(sampler);
  });

  test("makes several images in batches of one", async () => {
    for (const counts of [{ count: 2 }, { count: 1, batch: 4 }]) {
      const { plans } = await prepareGeneration({ ...prompt, model, ...counts });
      expect(plans).toHaveLength(counts.count);
    }
  });
});

describe("a model folder is checked before it is loaded", () => {
  const zip = Buffer.from("PK\x03\x04 and then a pickle");
  const copy = async () => {
    const folder = await mkdtemp(join(root, "copy-"));
    await cp(model, folder, { recursive: true });
    return folder;
  };
  const unet = "unet/diffusion_pytorch_model.safetensors";

  test("a whole one passes", async () => {
    await expect(openTextToImage(model)).resolves.toBeDefined();
  });

  test("there must be one", async () => {
    await expect(openTextToImage(join(root, "nowhere"))).rejects.toThrow(failing("model/missing", "there is no model"));
    await expect(openTextToImage(root)).rejects.toThrow(failing("model/not-a-model", "has no model_index.json"));
  });

  test.each([
    ["a pickle", "model.ckpt", zip, "checkpoint/pickle", "can run any code"],
    ["a file of text", "notes.txt", Buffer.from("hello, you"), "safetensors/not-safetensors", "a plain text"],
    ["a damaged file", "model.safetensors", Buffer.from("12"), "safetensors/truncated", "too few"],
  ])("%s in place of the folder is refused", async (_, name, bytes, code, message) => {
    await writeFile(join(root, name), bytes);
    await expect(openTextToImage(join(root, name))).rejects.toThrow(failing(code, message));
  });

  test("weights that are no safetensors are refused", async () => {
    const folder = await copy();
    await writeFile(join(folder, unet), zip);
    await expect(openTextToImage(folder)).rejects.toThrow(failing("checkpoint/pickle", "unet"));
  });

  test("weights that were cut off are refused", async () => {
    const folder = await copy();
    await truncate(join(folder, unet), 4000);
    await expect(openTextToImage(folder)).rejects.toThrow(failing("safetensors/truncated", "unet"));
  });

  test("weights must be there, and not as a pickle", async () => {
    const folder = await copy();
    await rm(join(folder, unet));
    await expect(openTextToImage(folder)).rejects.toThrow(failing("checkpoint/weights", "unet holds no weights"));
    await writeFile(join(folder, "unet/diffusion_pytorch_model.bin"), zip);
    await expect(openTextToImage(folder)).rejects.toThrow(failing("checkpoint/pickle", "diffusion_pytorch_model.bin"));
  });

  test("what belongs to no network may lie beside it", async () => {
    const folder = await copy();
    await mkdir(join(folder, "samples"));
    await writeFile(join(folder, "samples/notes.txt"), "hello");
    await expect(openTextToImage(folder)).resolves.toBeDefined();
  });
});

describe("generate", () => {
  const eventsOf = async (options: { count?: number; seed: number | bigint }) => {
    const events = [];
    for await (const event of generate({ prompt: "a red apple", model, steps: 2, ...options })) events.push(event);
    return events;
  };

  test("yields every evaluation, then the image; an image depends on its own seed alone", async () => {
    const both = await eventsOf({ count: 2, seed: 5n });
    const sequence = ["evaluation", "evaluation", "image"];
    expect(both.map(({ type }) => type)).toEqual([...sequence, ...sequence]);
    expect(both.flatMap((event) => (event.type === "image" ? [event.seed] : []))).toEqual([5n, 6n]);
    expect(await eventsOf({ seed: 6n })).toEqual(both.slice(3));
    expect(both[2]).not.toMatchObject({ image: (both[5] as ImageEvent).image });
  });

  test("the weights may lie in a variant's file", async () => {
    const folder = await mkdtemp(join(root, "variant-"));
    await cp(model, folder, { recursive: true });
    const stem = join(folder, "unet/diffusion_pytorch_model");
    await rename(`${stem}.safetensors`, `${stem}.fp16.safetensors`);
    const images = [];
    for (const path of [model, folder]) {
      for await (const event of generate({ prompt: "a red apple", model: path, steps: 1 })) images.push(event);
    }
    expect(images.slice(2)).toEqual(images.slice(0, 2));
    await expect(prepareGeneration({ prompt: "", model: folder, variant: "bf16" })).rejects.toMatchObject({
      code: "checkpoint/variant",
    });
  });

  test("a file of one network is no whole model", async () => {
    const file = join(model, "unet/diffusion_pytorch_model.safetensors");
    await expect(prepareGeneration({ prompt: "", model: file })).rejects.toThrow(
      failing("model/parts", "holds no text_encoder"),
    );
  });

  test("more layers cannot be left out than the text encoder has", async () => {
    await expect(prepareGeneration({ prompt: "", model, clipSkip: 99 })).rejects.toThrow(
      failing("generate/clip-skip", "got 99"),
    );
  });

  test.each([[0], [1.5], [1e9]])("a count of %d is refused", async (count) => {
    await expect(prepareGeneration({ prompt: "", model, count })).rejects.toThrow(
      failing("generate/count", String(count)),
    );
  });

  test("an abort ends it with the signal's reason", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const run = generate({ prompt: "", model, steps: 100, signal: controller.signal });
    const first = await run.next();
    expect(first.value).toMatchObject({ type: "evaluation", i: 0 });
    controller.abort(reason);
    await expect(run.next()).rejects.toBe(reason);
  });

  test("weights of another model are refused", async () => {
    const folder = await mkdtemp(join(root, "other-"));
    await cp(model, folder, { recursive: true });
    const config = JSON.parse(await readFile(join(folder, "unet/config.json"), "utf8"));
    await writeFile(join(folder, "unet/config.json"), JSON.stringify({ ...config, layers_per_block: 2 }));
    await expect(generate({ prompt: "", model: folder }).next()).rejects.toMatchObject({ code: "checkpoint/keys" });
  });
});
