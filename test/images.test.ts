import { expect, test } from "vitest";
import { sources } from "./source.ts";

/** Files that import a module of the library when they run. */
const importersOf = (module: string): string[] =>
  sources()
    .filter(({ imports }) => imports.some(({ target, typeOnly }) => target === module && !typeOnly))
    .map(({ path }) => path)
    .sort();

test("a user's image comes in through one reader, the only one that decodes by sharp", () => {
  expect(importersOf("formats/node-sharp.ts")).toEqual([
    "data/emoji/art/node.ts", // draws the project's own art
    "data/node-sheet.ts", // writes a sheet
    "formats/node-encode.ts", // writes
    "formats/node-picture.ts",
  ]);
});

test("images are resized in one place", () => {
  expect(importersOf("formats/resample.ts")).toEqual(["formats/resize.ts"]);
});
