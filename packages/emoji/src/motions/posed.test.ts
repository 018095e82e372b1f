import type { RgbaImage } from "aquatint/formats";
import { expect, test } from "vitest";
import { posed } from "./posed.ts";

/** 8 x 4 pixels, the left half red, the right half blue. */
const art: RgbaImage = {
  width: 8,
  height: 4,
  channels: 4,
  data: Uint8Array.from(Array.from({ length: 32 }, (_, i) => (i % 8 < 4 ? [255, 0, 0, 255] : [0, 0, 255, 255])).flat()),
};
const pixel = ({ width, data }: RgbaImage, x: number, y: number) => [
  ...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4),
];

test("art at rest is itself", () => {
  expect(posed(art, { angle: 0, opacity: 1 })).toEqual({ image: art, scale: 1 });
});

test("a quarter turn clockwise brings the left side to the top", () => {
  const { image, scale } = posed(art, { angle: Math.PI / 2, opacity: 1 });
  expect(image.width).toBe(9);
  expect(scale).toBeCloseTo(9 / 8, 9);
  expect(pixel(image, 4, 1)).toEqual([255, 0, 0, 255]);
  expect(pixel(image, 4, 7)).toEqual([0, 0, 255, 255]);
  expect(pixel(image, 0, 4)[3]).toBe(0);
});

test("half a turn swaps the ends, and colors do not darken at the edges", () => {
  const { image } = posed(art, { angle: Math.PI, opacity: 1 });
  expect(pixel(image, 1, 4)).toEqual([0, 0, 255, 255]);
  expect(pixel(image, 7, 4)).toEqual([255, 0, 0, 255]);
  const edge = Array.from({ length: 81 }, (_, at) => pixel(image, at % 9, Math.floor(at / 9))).filter(
    ([, , , a]) => a! > 0,
  );
  for (const [red, , blue] of edge) expect(red! + blue!).toBeGreaterThan(250);
});

test("opacity scales alpha alone", () => {
  const { image } = posed(art, { angle: 0, opacity: 0.5 });
  expect(pixel(image, 0, 0)).toEqual([255, 0, 0, 128]);
  expect(art.data[3]).toBe(255);
});
