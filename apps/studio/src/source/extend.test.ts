import type { Image } from "aquatint";
import { expect, test } from "vitest";
import { baseSize, extendedCanvas, marginLimit, noMargins } from "./extend.ts";

const sizes = { sampleSize: 64, multiple: 16 };

test.each([
  [64, 64, 64, 64],
  [70, 40, 64, 48],
  [4000, 3000, 128, 96],
  [300, 30, 128, 16],
])("an image of %i x %i is extended at %i x %i", (width, height, baseWidth, baseHeight) => {
  expect(baseSize({ width, height }, sizes)).toEqual({ width: baseWidth, height: baseHeight });
});

test("sides grow as far as the model's largest canvas, together", () => {
  const base = { width: 64, height: 64 };
  expect(marginLimit("left", noMargins, { base, ...sizes })).toBe(192);
  expect(marginLimit("left", { ...noMargins, right: 160 }, { base, ...sizes })).toBe(32);
  expect(marginLimit("top", { ...noMargins, right: 160 }, { base, ...sizes })).toBe(192);
});

test("a canvas of a large model stays within the longest side of the settings", () => {
  const large = { sampleSize: 1024, multiple: 8 };
  const base = baseSize({ width: 3000, height: 2000 }, large);
  expect(base).toEqual({ width: 1024, height: 680 });
  expect(marginLimit("left", noMargins, { base, ...large })).toBe(1024);
});

/** An image whose red is its column and whose green is its row. */
const ramp = (width: number, height: number): Image => ({
  width,
  height,
  channels: 3,
  data: Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return [x, y, 7][i % 3] ?? 0;
  }),
});

test("the image is kept in its place, its edges go on, and the mask has the margins and the overlap", () => {
  const base = { width: 16, height: 16 };
  const margins = { ...noMargins, right: 16, top: 16 };
  const { image, mask } = extendedCanvas(ramp(16, 16), { base, margins, overlap: 4 });
  expect([image.width, image.height, mask.width, mask.height]).toEqual([32, 32, 32, 32]);
  const pixel = ({ width, data }: Image, x: number, y: number) => [
    ...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3),
  ];
  expect(pixel(image, 3, 16 + 5)).toEqual([3, 5, 7]);
  expect(pixel(image, 30, 16 + 5)).toEqual([15, 5, 7]);
  expect(pixel(image, 3, 2)).toEqual([3, 0, 7]);
  const isNew = (x: number, y: number) => pixel(mask, x, y)[0] === 255;
  expect([isNew(0, 25), isNew(11, 25), isNew(12, 25), isNew(16, 25)]).toEqual([false, false, true, true]);
  expect([isNew(3, 15), isNew(3, 19), isNew(3, 20), isNew(3, 31)]).toEqual([true, true, false, false]);
});
