import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findFiles } from "./find.ts";

let root: string;
const file = async (path: string) => {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), "");
  return join(root, path);
};
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "aquatint-find-"));
  for (const path of ["ui/models/Lora/a/style.safetensors", "ui/models/Lora/b/style.safetensors"]) await file(path);
  for (const path of ["ui/embeddings/dog.safetensors", "comfy/embeddings/dog.safetensors"]) await file(path);
  for (const run of ["runs/first", "runs/second"]) await file(`${run}/model/model_index.json`);
});
afterAll(() => rm(root, { recursive: true }));

const names = async (models: readonly string[], folders: readonly string[] = []) =>
  (
    await findFiles({
      models: models.map((path) => join(root, path)),
      folders: folders.map((path) => join(root, path)),
    })
  )
    .map(({ kind, name }) => `${kind} ${name}`)
    .toSorted();

test("two models of one name are told apart by their folders", async () => {
  expect(await names(["runs/first/model", "runs/second/model"])).toEqual(["model model", "model second/model"]);
});

test("models whose names cannot differ are refused", async () => {
  const twins = ["x/a.safetensors", "y/a.safetensors"];
  for (const path of twins) await file(path);
  await expect(names(twins)).rejects.toMatchObject({ code: "model/name", message: expect.stringContaining("y/a") });
});

test("files of one name in a folder have their paths as names; of two folders the first counts", async () => {
  expect(await names([], ["ui", "comfy"])).toEqual(["embedding dog", "lora b/style", "lora style"]);
  const [dog] = (await findFiles({ models: [], folders: [join(root, "ui"), join(root, "comfy")] })).filter(
    ({ kind }) => kind === "embedding",
  );
  expect(dog?.path).toContain(join("ui", "embeddings"));
});

test("a folder that is not there is refused", async () => {
  await expect(names([], ["nowhere"])).rejects.toMatchObject({ code: "model/missing" });
  await expect(names(["nowhere"])).rejects.toMatchObject({ code: "model/missing" });
});
