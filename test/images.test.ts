import { expect, test } from "vitest";
import { sources } from "./source.ts";

/** Files that import a module of the library when they run. */
const importersOf = (module: string): string[] =>
  sources("aquatint")
    .filter(({ imports }) => imports.some(({ target, typeOnly }) => target === module && !typeOnly))
    .map(({ path }) => path)
    .sort();

test("a user's image comes in through one reader, the only one that decodes by sharp", () => {
  expect(importersOf("formats/image/sharp.node.ts")).toEqual([
    "data/sheet.node.ts", // writes a sheet
    "formats/image/encode.node.ts", // writes
    "formats/image/read-image.node.ts",
    "formats/video/animation/webp.node.ts", // writes
    "formats/video/read-clip.node.ts", // frames of animations
    "node.ts", // exports it
  ]);
});

test("images are resized in one place", () => {
  expect(importersOf("formats/image/resample.ts")).toEqual(["formats/image/resize.ts"]);
});
