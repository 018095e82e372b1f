import { expect, test } from "vitest";
import { bytesOf, folderOf, modelFilesOf, singleFile } from "./file-set.ts";

const file = (name: string, text = name) => new File([text], name);
const paths = (...names: readonly string[]) => new Map(names.map((path) => [path, file(path.split("/").at(-1)!)]));

test.each([
  ["of a model", ["model_index.json", "unet/config.json"], "outer", ["model_index.json", "unet/config.json"]],
  [
    "around a model's",
    ["sd/model_index.json", "sd/unet/config.json", "notes.txt"],
    "sd",
    ["model_index.json", "unet/config.json"],
  ],
  [
    "of two models",
    ["a/model_index.json", "b/model_index.json"],
    "outer",
    ["a/model_index.json", "b/model_index.json"],
  ],
  ["of one network", ["config.json", "model.safetensors"], "outer", ["config.json", "model.safetensors"]],
])("a folder %s", (_, names, name, inside) => {
  const set = folderOf("outer", paths(...names));
  expect(set).toMatchObject({ name, isFolder: true });
  expect([...set.files.keys()]).toEqual(inside);
});

test.each([
  ["with its preview and notes", ["ink.safetensors", "ink.preview.png", "README.md"], "ink.safetensors"],
  ["in a folder of its own", ["loras/ink.sft"], "ink.sft"],
  ["whose name says nothing", ["pytorch_lora_weights.safetensors", "README.md"], "outer.safetensors"],
])("a weight file in a folder without a model, %s, is that file", (_, names, name) => {
  const set = folderOf("outer", paths(...names));
  expect(set).toMatchObject({ name, isFolder: false });
  expect(set.files.size).toBe(1);
});

test("the engine gets the file itself, and reads of it are lazy", async () => {
  const files = modelFilesOf(singleFile(file("a.safetensors", "0123456789")));
  expect(files.file).toBe("a.safetensors");
  expect(await files.blob?.("a.safetensors").text()).toBe("0123456789");
  expect(new TextDecoder().decode(await files.read("a.safetensors", { offset: 2, length: 3 }))).toBe("234");
  expect(bytesOf(singleFile(file("a", "0123456789")))).toBe(10);
});
