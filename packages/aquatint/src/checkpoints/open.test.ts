import { describe, expect, test } from "vitest";
import { tinyPixelForms, tinyPixelModel } from "../../test/tiny-pixel-model.ts";
import { dtypeBytes } from "../formats/safetensors/header.ts";
import { encodeSafetensors } from "../formats/safetensors/safetensors.ts";
import { textToImageModel } from "../pipelines/model/text-to-image-model.ts";
import { blobFiles, type ModelFiles, memoryFiles } from "./files.ts";
import { names } from "./fixture.cases.ts";
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

type Range = readonly [start: number, end: number];

/** Files that note which bytes of each .safetensors file are read. */
function recordedFiles(files: ModelFiles) {
  const reads = new Map<string, Range[]>();
  const recorded: ModelFiles = {
    ...files,
    async read(path, range) {
      const bytes = await files.read(path, range);
      const start = range?.offset ?? 0;
      if (path.endsWith(".safetensors")) reads.set(path, [...(reads.get(path) ?? []), [start, start + bytes.length]]);
      return bytes;
    },
  };
  return { recorded, reads };
}

/** The end of a file's header; the first 32 bytes, which tell what another file is, are read in any case. */
async function headerEnd(files: ModelFiles, path: string): Promise<number> {
  const { buffer } = await files.read(path, { offset: 0, length: 8 });
  return Math.max(32, 8 + Number(new DataView(buffer).getBigUint64(0, true)));
}

const { sharded, variant } = tinyPixelForms();
const [shard, otherShard] = [1, 2].map((i) => `${UNET}-0000${i}-of-00002.safetensors`) as [string, string];
const text = "text_encoder/model.safetensors";
const networkFiles = (form: ReadonlyMap<string, Uint8Array | string>, folder = "unet/") =>
  new Map(
    Array.from(form, ([path, bytes]) => [path, bytes] as const)
      .filter(([path]) => path.startsWith(folder))
      .map(([path, bytes]) => [path.slice(folder.length), bytes]),
  );
const network = UNET.replace("unet/", "");
const single = encodeSafetensors(
  new Map(
    Object.entries(names["tiny-sd1"].tensors).map(([key, [dtype, shape]]) => {
      const length = shape.reduce((n, d) => n * d, dtypeBytes[dtype]);
      return [key, { dtype, shape, data: new Uint8Array(length) }];
    }),
  ),
);

describe("opening reads each header once and no weight", () => {
  const unlisted = { ...memoryFiles(contents), list: async () => undefined };
  const file = (form: ReadonlyMap<string, Uint8Array | string>, path: string) => ({ ...memoryFiles(form), file: path });
  const bare = new Map([...networkFiles(contents)].filter(([path]) => path === `${network}.safetensors`));
  const plain = `${network}.safetensors`;
  test.each<readonly [layout: string, files: ModelFiles, headers: readonly string[]]>([
    ["a folder", memoryFiles(contents), [`${UNET}.safetensors`, text]],
    ["a folder that cannot be listed", unlisted, [`${UNET}.safetensors`, text]],
    ["a variant", memoryFiles(variant), [`${UNET}.fp16.safetensors`, text]],
    ["shards", memoryFiles(sharded), [shard, otherShard, text]],
    ["a single file", file(new Map([["model.safetensors", single]]), "model.safetensors"), ["model.safetensors"]],
    ["a bare file", file(bare, plain), [plain]],
    ["a bare file beside its config", file(networkFiles(contents), plain), [plain]],
    [
      "a variant beside its config",
      file(networkFiles(variant), `${network}.fp16.safetensors`),
      [`${network}.fp16.safetensors`],
    ],
  ])("%s", async (_, files, headers) => {
    const { recorded, reads } = recordedFiles(files);
    const { components } = await openModel(recorded);
    expect(components.has("unet")).toBe(true);
    expect([...reads.keys()].sort()).toEqual([...headers].sort());
    for (const [path, ranges] of reads) {
      let end = 0;
      for (const [start, stop] of ranges) {
        expect(start).toBe(end); // no byte twice
        end = stop;
      }
      expect(end).toBe(await headerEnd(files, path));
    }
  });
});
