import { strFromU8, unzipSync } from "fflate";
import { expect, test } from "vitest";
import { differences } from "../compare/differences.ts";
import { exportZip, uniqueNames } from "./export-zip.ts";
import type { GalleryImage } from "./gallery-store.ts";
import { filtered } from "./search.ts";

const image = (id: string, prompt: string, favorite = false): GalleryImage => ({
  ...{ id, favorite, created: 0, url: "", png: new Blob([id]) },
  recipe: {
    ...{
      prompt,
      negative: "",
      seed: 7,
      steps: 20,
      sampler: "euler",
      guidance: 4,
      rng: "torch-cpu",
      width: 64,
      height: 48,
    },
  },
});
const images = [image("1", "a red fox", true), image("2", "a blue fox"), image("3", "A red cat")];
const idsOf = (list: readonly GalleryImage[]) => list.map(({ id }) => id).join("");

test.each([
  ["", false, "123"],
  ["red", false, "13"],
  ["fox RED", false, "1"],
  ["64x48 euler", false, "123"],
  ["red", true, "1"],
  ["zebra", false, ""],
])("a search for %j, favorites %s", (text, favorites, ids) => {
  expect(idsOf(filtered(images, { text, favorites }))).toBe(ids);
});

test("a zip holds every image under a name of its own, and their settings", async () => {
  const archive = await exportZip([...images, image("4", "a red fox")]);
  const files = unzipSync(new Uint8Array(await archive.arrayBuffer()));
  expect(Object.keys(files)).toEqual([
    "a-red-fox-7.png",
    "a-blue-fox-7.png",
    "a-red-cat-7.png",
    "a-red-fox-7-2.png",
    "images.json",
  ]);
  expect(strFromU8(files["a-red-fox-7-2.png"]!)).toBe("4");
  const list = JSON.parse(strFromU8(files["images.json"]!));
  expect(list[0]).toMatchObject({ file: "a-red-fox-7.png", prompt: "a red fox", seed: 7, favorite: true });
  expect(uniqueNames(["a.png", "a.png", "a.png"])).toEqual(["a.png", "a-2.png", "a-3.png"]);
});

test("two recipes differ in the settings that are not the same", () => {
  const [left, right] = [images[0]!.recipe, { ...images[0]!.recipe, guidance: 8, hires: { scale: 2 }, version: "9" }];
  expect(differences(left, right)).toEqual([
    ["guidance", "4", "8"],
    ["hires", "–", '{"scale":2}'],
  ]);
});
