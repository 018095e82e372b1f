import { expect, test } from "vitest";
import { tinyPixelForms, tinyPixelModel } from "../../test/tiny-pixel-model.ts";
import { textToImageModel } from "../pipelines/model/text-to-image-model.ts";
import { blobFiles, type ModelFiles, memoryFiles } from "./files.ts";
import { openModel } from "./open.ts";

const contents = tinyPixelModel();
const UNET = "unet/diffusion_pytorch_model";
const valuesIn = async (files: ModelFiles) => (await textToImageModel(await openModel(files))).weights();

test("shards, a variant and a page's blobs hold the same weights as the plain folder", async () => {
  const expected = await valuesIn(memoryFiles(contents));
  expect(expected.size).toBeGreaterThan(20);
  for (const form of Object.values(tinyPixelForms())) expect(await valuesIn(memoryFiles(form))).toEqual(expected);
  const blobs = Array.from(contents, ([path, bytes]) => [path, new Blob([bytes as BlobPart])] as const);
  expect(await valuesIn(blobFiles(new Map(blobs)))).toEqual(expected);
});

test("opening reads each header once and no weight; a folder that cannot be listed is opened by the usual names", async () => {
  const files = memoryFiles(contents);
  const reads = new Map<string, number>();
  const counted: ModelFiles = {
    ...files,
    list: async () => undefined,
    read(path, range) {
      reads.set(path, (reads.get(path) ?? 0) + (range?.offset ?? 0) + (path.endsWith(".safetensors") ? 1 : 0));
      return files.read(path, range);
    },
  };
  const { components } = await openModel(counted);
  expect([...components.keys()].sort()).toEqual(["text_encoder", "unet"]);
  // the first bytes, which say the length, and the header
  expect([...reads].filter(([path]) => path.endsWith(".safetensors"))).toEqual([
    [`${UNET}.safetensors`, 2],
    ["text_encoder/model.safetensors", 2],
  ]);
});
