import { expect, test } from "vitest";
import type { RgbaImage } from "../formats/image/image.ts";
import { blend, type Canvas, fill } from "./compose.ts";

const canvas = (side: number): Canvas => {
  const black: Canvas = { side, pixels: new Float32Array(3 * side * side) };
  fill(black, [0, 0, 0]);
  return black;
};

/** An image whose red rises along the rows of pixels, opaque. */
const ramp = (width: number, height: number): RgbaImage => ({
  width,
  height,
  channels: 4,
  data: Uint8Array.from({ length: 4 * width * height }, (_, i) => [Math.floor(i / 4) * 3, 0, 0, 255][i % 4]!),
});

const plain = (width: number, height: number, rgba: readonly number[]): RgbaImage => ({
  width,
  height,
  channels: 4,
  data: Uint8Array.from({ length: 4 * width * height }, (_, i) => rgba[i % 4]!),
});

const reds = ({ side, pixels }: Canvas): number[] =>
  Array.from(pixels.subarray(0, side * side), (v) => (v + 1) * 127.5);

const centered = { x: 0.5, y: 0.5, mirrored: false };

test("a color fills the canvas with its value in -1 .. 1", () => {
  const red = canvas(2);
  fill(red, [255, 0, 51]);
  expect([...red.pixels]).toEqual([1, 1, 1, 1, -1, -1, -1, -1, ...new Array(4).fill(Math.fround(-0.6))]);
});

test("an image of the canvas's size is copied", () => {
  const to = canvas(8);
  blend(to, ramp(8, 8), { ...centered, size: 1 });
  reds(to).forEach((red, i) => {
    expect(red).toBeCloseTo(3 * i, 4);
  });
});

test("mirrored means that left and right are swapped", () => {
  const to = canvas(8);
  blend(to, ramp(8, 8), { ...centered, size: 1, mirrored: true });
  reds(to).forEach((red, i) => {
    expect(red).toBeCloseTo(3 * (8 * Math.floor(i / 8) + 7 - (i % 8)), 4);
  });
});

test("shrinking to a half averages blocks of four", () => {
  const to = canvas(4);
  blend(to, ramp(8, 8), { ...centered, size: 1 });
  const block = (row: number, column: number): number => 3 * (8 * (2 * row + 0.5) + 2 * column + 0.5);
  reds(to).forEach((red, i) => {
    expect(red).toBeCloseTo(block(Math.floor(i / 4), i % 4), 4);
  });
});

test("growing interpolates linearly", () => {
  const to = canvas(8);
  blend(to, ramp(4, 4), { ...centered, size: 1 });
  for (let row = 1; row < 7; row++) {
    for (let column = 1; column < 7; column++) {
      const at = 4 * (row / 2 - 0.25) + column / 2 - 0.25;
      expect(reds(to)[8 * row + column]).toBeCloseTo(3 * at, 4);
    }
  }
});

test.each([
  { width: 40, x: 0.5, y: 0.5, size: 0.7 },
  { width: 40, x: 0.43, y: 0.561, size: 0.333 },
  { width: 40, x: 0.6, y: 0.4, size: 0.05 },
  { width: 10, x: 0.47, y: 0.512, size: 0.75 },
])("what lies inside covers exactly its area: %o", ({ width, x, y, size }) => {
  const to = canvas(32);
  blend(to, plain(width, width / 2, [255, 255, 255, 255]), { x, y, size, mirrored: false });
  const covered = reds(to).reduce((sum, red) => sum + red / 255, 0);
  expect(covered).toBeCloseTo((32 * size) ** 2 / 2, 2);
});

test("half alpha mixes half and half, and what hangs over the edge is cut", () => {
  const to = canvas(16);
  blend(to, plain(16, 16, [200, 0, 0, 51]), { x: 0, y: 0, size: 1, mirrored: false });
  const red = reds(to);
  expect(red[0]).toBeCloseTo(40, 4);
  expect(red[7 * 16 + 7]).toBeCloseTo(40, 4);
  expect(red[8 * 16 + 8]).toBeCloseTo(0, 4);
});

test("what a transparent pixel hides does not show at the edges", () => {
  const to = canvas(4);
  const data = Uint8Array.from([255, 255, 255, 0, 0, 0, 0, 255]);
  blend(to, { width: 2, height: 1, channels: 4, data }, { ...centered, size: 0.3 });
  expect(Math.max(...reds(to))).toBeLessThan(1e-4);
});
