import { expect, test } from "vitest";
import { tinyPixelModel } from "../../test/tiny-pixel-model.ts";
import { encodeSafetensors, parseSafetensors } from "../formats/safetensors/safetensors.ts";
import { textToImageModel } from "../pipelines/model/text-to-image-model.ts";
import { blobFiles, type ModelFiles, memoryFiles } from "./files.ts";
import { openModel } from "./open.ts";

const contents = tinyPixelModel();
const UNET = "unet/diffusion_pytorch_model";
const valuesIn = async (files: ModelFiles) => (await textToImageModel(await openModel(files))).weights();

/** The model with the U-Net's weights in other files. */
function withUnet(files: Readonly<Record<string, Uint8Array | string>>) {
  const others = [...contents].filter(([path]) => path !== `${UNET}.safetensors`);
  return memoryFiles(new Map([...others, ...Object.entries(files)]));
}

/** The U-Net's weights in two shards and their index. */
function shards() {
  const tensors = [...parseSafetensors(contents.get(`${UNET}.safetensors`) as Uint8Array).tensors];
  const halves = [tensors.slice(0, 20), tensors.slice(20)];
  const name = (i: number) => `diffusion_pytorch_model-0000${i + 1}-of-00002.safetensors`;
  const map = Object.fromEntries(halves.flatMap((half, i) => half.map(([key]) => [key, name(i)])));
  const files = halves.map((half, i) => [`unet/${name(i)}`, encodeSafetensors(new Map(half))] as const);
  return { ...Object.fromEntries(files), [`${UNET}.safetensors.index.json`]: JSON.stringify({ weight_map: map }) };
}

test("shards, a variant and a page's blobs hold the same weights as the plain folder", async () => {
  const expected = await valuesIn(memoryFiles(contents));
  expect(expected.size).toBeGreaterThan(20);
  const unet = contents.get(`${UNET}.safetensors`)!;
  expect(await valuesIn(withUnet(shards()))).toEqual(expected);
  expect(await valuesIn(withUnet({ [`${UNET}.fp16.safetensors`]: unet }))).toEqual(expected);
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
