import { mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as files from "./files.node.ts";
import { fromFloat32 } from "./safetensors/half.ts";

let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "aquatint-files-"));
});
afterEach(() => rm(dir, { recursive: true }));

test("writeFileAtomic replaces a file and leaves nothing else behind", async () => {
  const path = join(dir, "a.txt");
  await files.writeFileAtomic(path, "one");
  await files.writeFileAtomic(path, new TextEncoder().encode("two"));
  expect(await readFile(path, "utf8")).toBe("two");
  expect(await readdir(dir)).toEqual(["a.txt"]);
});

test("writeFileAtomic changes no file that is open, and flushes the new one to the disk before it takes the place", async () => {
  const path = join(dir, "a.txt");
  await files.writeFileAtomic(path, "one");
  await using reader = await open(path);
  const sync = vi.spyOn(Object.getPrototypeOf(reader), "sync");
  let before: string | undefined;
  sync.mockImplementation(async () => {
    before = await readFile(path, "utf8");
  });
  await files.writeFileAtomic(path, "two");
  sync.mockRestore();
  expect(before).toBe("one");
  expect(await reader.readFile("utf8")).toBe("one");
  expect(await readFile(path, "utf8")).toBe("two");
});

test("writeFileAtomic that fails cleans up and says what to do", async () => {
  await expect(files.writeFileAtomic(dir, "x")).rejects.toMatchObject({ code: "file/is-folder" });
  await expect(files.writeFileAtomic(join(dir, "no", "a"), "x")).rejects.toMatchObject({
    code: "file/missing",
    hint: expect.stringContaining("folder"),
  });
  expect(await readdir(dir)).toEqual([]);
  expect((await readdir(dirname(dir))).filter((name) => name.startsWith(`.${basename(dir)}`))).toEqual([]);
});

test("writeNewFile counts up and never overwrites, also when called at the same time", async () => {
  const out = join(dir, "out");
  await writeFile(join(dir, "fox-0001.png"), "kept");
  const paths = await Promise.all(["a", "b", "c"].map((text) => files.writeNewFile(out, "fox.png", text)));
  expect([...paths].sort()).toEqual([1, 2, 3].map((n) => join(out, `fox-000${n}.png`)));
  const texts = await Promise.all(paths.map((path) => readFile(path, "utf8")));
  expect(texts).toEqual(["a", "b", "c"]);
  expect(await files.writeNewFile(dir, "fox.png", "d")).toBe(join(dir, "fox-0002.png"));
  expect(await readFile(join(dir, "fox-0001.png"), "utf8")).toBe("kept");
});

test("writeNewFile goes on after the highest number", async () => {
  await writeFile(join(dir, "fox-0041.png"), "");
  await writeFile(join(dir, "fox-red.png"), "");
  expect(await files.writeNewFile(dir, "fox.png", "x")).toBe(join(dir, "fox-0042.png"));
});

test("safetensors go to the disk and back, and the header is read alone", async () => {
  const path = join(dir, "m.safetensors");
  const weight = fromFloat32(Float32Array.of(1, 2, 3), [3]);
  await files.writeSafetensors(path, new Map([["weight", weight]]), { format: "pt" });
  const { metadata, tensors } = await files.readSafetensors(path);
  expect(metadata).toEqual({ format: "pt" });
  expect(tensors.get("weight")).toEqual(weight);
  const entry = (await files.readSafetensorsHeader(path)).tensors.get("weight");
  const raw = await readFile(path);
  expect(entry).toEqual({ dtype: "F32", shape: [3], offset: raw.length - 12, length: 12 });
});

test("a missing, foreign or badly encoded file is named with a hint", async () => {
  const path = join(dir, "model.safetensors");
  const missing = { code: "file/missing", message: expect.stringContaining(path), hint: expect.any(String) };
  await expect(files.readSafetensors(path)).rejects.toMatchObject(missing);
  await expect(files.readSafetensorsHeader(path)).rejects.toMatchObject(missing);
  await writeFile(path, "PK\x03\x04 a zip of pickles");
  await expect(files.readSafetensorsHeader(path)).rejects.toMatchObject({ code: "checkpoint/pickle" });
  await writeFile(path, Uint8Array.of(0xff, 0xfe));
  await expect(files.readText(path)).rejects.toMatchObject({ code: "file/encoding" });
});
