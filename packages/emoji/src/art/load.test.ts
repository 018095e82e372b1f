import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { emojiNames } from "../names.ts";
import { styles } from "./atlas.ts";
import { loadEmojiAtlas } from "./load.node.ts";
import { artPackage } from "./packages.node.ts";

let cacheFolder: string;
beforeAll(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), "aquatint-art-"));
});
afterAll(() => rm(cacheFolder, { recursive: true }));

const request = { hexes: ["1f34e", "1f9d1-200d-1f680"], styles, size: 48 };

test("art is trimmed, and its longer side has the size asked for", async () => {
  const atlas = await loadEmojiAtlas(request, { cacheFolder });
  for (const style of styles) {
    for (const hex of request.hexes) {
      const { width, height, data } = atlas.get(hex, style);
      expect(Math.max(width, height)).toBe(48);
      expect(data.length).toBe(4 * width * height);
      const alpha = (x: number, y: number): number => data[4 * (y * width + x) + 3]!;
      const row = (y: number) => Math.max(...Array.from({ length: width }, (_, x) => alpha(x, y)));
      const column = (x: number) => Math.max(...Array.from({ length: height }, (_, y) => alpha(x, y)));
      for (const edge of [row(0), row(height - 1), column(0), column(width - 1)]) expect(edge).toBeGreaterThan(0);
    }
  }
});

test("an apple is red in every style", async () => {
  const atlas = await loadEmojiAtlas(request, { cacheFolder });
  for (const style of styles) {
    const { data } = atlas.get("1f34e", style);
    const mean = [0, 1, 2].map((c) =>
      data.filter((_, i) => i % 4 === c && data[i - c + 3]! > 250).reduce((a, b) => a + b / 1000, 0),
    );
    expect(mean[0]).toBeGreaterThan(2 * mean[1]!);
    expect(mean[0]).toBeGreaterThan(2 * mean[2]!);
  }
});

test("what is rendered once is read from the cache, and nothing half-written stays there", async () => {
  const first = await loadEmojiAtlas(request, { cacheFolder });
  const folders = (await readdir(cacheFolder)).map((folder) => join(cacheFolder, folder));
  const files = (await Promise.all(folders.map(async (f) => (await readdir(f)).map((file) => join(f, file))))).flat();
  expect(files.length).toBe(6);
  expect(files.every((file) => file.endsWith(".png"))).toBe(true);
  const times = () => Promise.all(files.map(async (file) => (await stat(file)).mtimeMs));
  const before = await times();
  const second = await loadEmojiAtlas(request, { cacheFolder });
  expect(await times()).toEqual(before);
  expect(second.get("1f34e", "noto")).toEqual(first.get("1f34e", "noto"));
});

test("only what was asked for can be had", async () => {
  const atlas = await loadEmojiAtlas({ ...request, styles: ["3d"] }, { cacheFolder });
  expect(() => atlas.get("1f34e", "noto")).toThrow(`was not loaded for 1f34e in the style "noto"`);
  await expect(loadEmojiAtlas({ ...request, hexes: ["10ffff"] }, { cacheFolder })).rejects.toThrow("no image of");
});

test.each(styles)("every name of the table has an image in the style %s", async (style) => {
  const art = artPackage(style);
  for (const { hex } of emojiNames) expect((await art.source(hex, 16)).length).toBeGreaterThan(100);
});
