import type { Image } from "aquatint";
import { expect, test } from "vitest";
import { composite } from "./composite.ts";

const [width, height] = [9, 3];
const plain = (value: number): Image => ({
  width,
  height,
  channels: 3,
  data: new Uint8Array(3 * width * height).fill(value),
});
/** White from column `from` on. */
const maskFrom = (from: number): Image => ({
  ...plain(0),
  data: Uint8Array.from({ length: 3 * width * height }, (_, i) => (Math.floor(i / 3) % width >= from ? 255 : 0)),
});
const row = ({ data }: Image) => Array.from({ length: width }, (_, x) => data[3 * (width + x)]);

test.each([
  [0, [100, 100, 100, 200, 200, 200, 200, 200, 200]],
  [1, [100, 100, 100, 150, 200, 200, 200, 200, 200]],
  [3, [100, 100, 100, 125, 150, 175, 200, 200, 200]],
])("what the mask keeps is kept exactly, and the new part fades in over %s pixels", (feather, expected) => {
  expect(row(composite({ result: plain(200), init: plain(100), mask: maskFrom(3), feather }))).toEqual(expected);
});

test("a mask over everything takes the result as it is", () => {
  expect(composite({ result: plain(200), init: plain(100), mask: plain(255), feather: 4 }).data).toEqual(
    plain(200).data,
  );
});
