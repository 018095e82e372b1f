import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { finishReplacing, replaceFolder } from "./replace.node.ts";

vi.mock("node:fs/promises", async (load) => {
  const original = await load<typeof import("node:fs/promises")>();
  return { ...original, rename: vi.fn(original.rename) };
});

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "aquatint-replace-"));
  folder = join(root, "model");
});
afterEach(() => rm(root, { recursive: true }));

const files = (of: string) =>
  new Map([
    ["config.json", of],
    ["unet/weights.bin", of],
  ]);
const content = async (of = folder) =>
  Promise.all([...files("").keys()].map((path) => readFile(join(of, path), "utf8")));

test("a folder is replaced whole: what only the old one had is gone, and nothing else stays", async () => {
  await replaceFolder(folder, new Map([...files("old"), ["vae/config.json", "old"]]));
  await replaceFolder(folder, files("new"));
  expect(await content()).toEqual(["new", "new"]);
  expect((await readdir(folder)).sort()).toEqual(["config.json", "unet"]);
  expect(await readdir(root)).toEqual(["model"]);
});

test("the old folder stands, under one of its names, until the new one has taken its place", async () => {
  await replaceFolder(folder, files("old"));
  const standing: boolean[] = [];
  const { rename: original } = await vi.importActual<typeof import("node:fs/promises")>("node:fs/promises");
  vi.mocked(rename).mockImplementation(async (from, to) => {
    standing.push([folder, `${folder}.before`].some((path) => existsSync(join(path, "unet/weights.bin"))));
    await original(from, to);
  });
  await replaceFolder(folder, files("new"));
  vi.mocked(rename).mockImplementation(original);
  expect(standing.length).toBeGreaterThanOrEqual(2);
  expect(standing).not.toContain(false);
});

test("a file that cannot be written leaves the old folder as it was", async () => {
  await replaceFolder(folder, files("old"));
  const broken = new Map([...files("new"), ["unet/weights.bin/inside", "below a file"]]);
  await expect(replaceFolder(folder, broken)).rejects.toThrow();
  expect(await content()).toEqual(["old", "old"]);
  expect(await readdir(root)).toEqual(["model"]);
});

test.each([
  ["while the new one is written", async () => replaceFolder(join(root, ".model.tmp"), files("half")), "old"],
  ["when the old one has made way", async () => rename(folder, `${folder}.before`), "old"],
  ["before the old one is removed", async () => replaceFolder(`${folder}.before`, files("older")), "old"],
])("what a kill %s leaves is one whole folder again", async (_, killed, survivor) => {
  await replaceFolder(folder, files("old"));
  await killed();
  await finishReplacing(folder);
  expect(await content()).toEqual([survivor, survivor]);
  expect(await readdir(root)).toEqual(["model"]);
  await replaceFolder(folder, files("new"));
  expect(await content()).toEqual(["new", "new"]);
});
