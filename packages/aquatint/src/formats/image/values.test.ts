import { expect, test } from "vitest";
import { imageValues, maskValues } from "./values.ts";

const half = { width: 2, height: 1, channels: 4 as const, data: Uint8Array.of(255, 0, 0, 255, 9, 9, 9, 0) };

test("an image becomes planes in -1 .. 1, white where it is transparent", () => {
  expect(imageValues(half)).toEqual({ width: 2, height: 1, data: Float32Array.of(1, 1, -1, 1, -1, 1) });
});

test("a mask is how bright an image is, and paints where it is transparent", () => {
  const { data, ...size } = maskValues(half);
  expect(size).toEqual({ width: 2, height: 1 });
  expect(data[0]).toBeCloseTo(0.299, 6);
  expect(data[1]).toBe(1);
});
