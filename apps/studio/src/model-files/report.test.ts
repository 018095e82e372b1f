import { encodeSafetensors, parseSafetensors, type RawTensor } from "aquatint/formats";
import { describe, expect, test } from "vitest";
import { publishedSingleFile } from "../../test/dropped.ts";
import type { DeviceLimits } from "./device-limits.ts";
import { folderOf, singleFile } from "./file-set.ts";
import { fileReport } from "./report.ts";

const limits: DeviceLimits = {
  ...{ device: "wasm", budget: 4e9, binding: undefined, maxTile: 32, hasFloat16: false, lazy: true },
};
const fileOf = (name: string, content: string | Uint8Array) => new File([content as BlobPart], name);
const tensors = (shapes: Readonly<Record<string, readonly number[]>>) =>
  encodeSafetensors(
    new Map(
      Object.entries(shapes).map(([key, shape]): [string, RawTensor] => {
        const size = shape.reduce((a, b) => a * b, 1);
        return [key, { dtype: "F16", shape, data: new Uint8Array(2 * size) }];
      }),
    ),
  );
const reported = (file: File) => fileReport(singleFile(file), { limits });
const refusal = (file: File) =>
  reported(file).then(
    () => expect.fail(`${file.name} was taken`),
    ({ message, hint }) => `${message}. ${hint ?? ""}`,
  );

describe("files that are no model, as visitors have them, are named for what they are", () => {
  test.each<[string, string | Uint8Array, RegExp]>([
    ["an empty file", "", /empty|0 bytes/i],
    ["the page of a download", "<!DOCTYPE html><html><head><title>Sign in</title>", /HTML|web page/i],
    ["an error of a host", '{"error":"Repository not found"}', /JSON/i],
    ["a pointer of Git LFS", "version https://git-lfs.github.com/spec/v1\noid sha256:0", /Git LFS pointer/],
    ["a pickle or an archive", "PK\x03\x04archive/data.pkl", /zip archive or a Python pickle.*unpack/i],
    ["a download that has not begun to fill its file", new Uint8Array(1000), /zeros.*download was cut off/i],
    ["a GGUF file", "GGUF\x03\x00\x00\x00aaaaaaaaaaaaaaa", /GGUF/],
    ["an archive", "7z\xbc\xaf\x27\x1c0000000000", /safetensors/],
    ["a file that was cut off", publishedSingleFile().slice(0, 4000), /header|ends|bytes/i],
  ])("%s", async (_, content, sentence) => {
    expect(await refusal(fileOf("model.safetensors", content))).toMatch(sentence);
  });

  test.each<[string, Readonly<Record<string, readonly number[]>>, RegExp]>([
    ["FLUX", { "double_blocks.0.img_attn.qkv.weight": [12, 4], "single_blocks.0.linear1.weight": [8, 4] }, /FLUX/i],
    [
      "Stable Diffusion 3",
      { "model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight": [12, 4] },
      /Stable Diffusion 3/,
    ],
    [
      "tensors of nothing known",
      { "backbone.stem.weight": [4, 3, 3, 3], "backbone.layer.weight": [4, 4] },
      /backbone|no network|known/,
    ],
  ])("weights of %s", async (_, shapes, sentence) => {
    expect(await refusal(fileOf("model.safetensors", tensors(shapes)))).toMatch(sentence);
  });

  test.each([
    [
      "several checkpoints",
      ["a.safetensors", "b.safetensors"],
      /models is no model, but holds 2 files of weights: a.safetensors, b/,
    ],
    ["several models", ["a/model_index.json", "b/model_index.json"], /models is no model, but holds 2 models: a, b/],
    ["images", ["a.png"], /models holds no model and no .safetensors file/],
    ["nothing", [], /models holds no model/],
  ])("a folder of %s", async (_, names, message) => {
    const files = new Map(names.map((name) => [name, fileOf(name, name)]));
    await expect(fileReport(folderOf("models", files), { limits })).rejects.toMatchObject({
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/take/),
    });
  });
});

test.each([
  ["tiny-sd1", "Stable Diffusion 1.x", 512],
  ["tiny-sd2", "Stable Diffusion 2.x", 768],
  ["tiny-sdxl", "Stable Diffusion XL", 1024],
] as const)("a single file of the form %s is named, with the size of its images", async (form, family, width) => {
  expect(await reported(fileOf("model.safetensors", publishedSingleFile(form)))).toMatchObject({
    ...{ use: "model", family },
    fit: { width, plan: { bytes: expect.any(Number) } },
  });
});

test("an autoencoder may be a file of its own", async () => {
  const checkpoint = parseSafetensors(publishedSingleFile()).tensors;
  const prefix = "first_stage_model.";
  const vae = [...checkpoint].flatMap(([key, tensor]) =>
    key.startsWith(prefix) ? [[key.slice(prefix.length), tensor] as const] : [],
  );
  expect(await reported(fileOf("vae.safetensors", encodeSafetensors(new Map(vae))))).toMatchObject({ use: "vae" });
});

test("a file's name may have capitals, spaces and signs of other alphabets", async () => {
  const report = await reported(fileOf("Мой Model (v2) 模型.SAFETENSORS", publishedSingleFile()));
  expect(report).toMatchObject({ use: "model", family: "Stable Diffusion 1.x" });
});
