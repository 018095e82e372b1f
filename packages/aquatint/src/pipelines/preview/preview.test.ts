import { describe, expect, test } from "vitest";
import { torchCpu } from "../../math/random.ts";
import { publishedLatentRgb } from "../../models/families.ts";
import { fitLatentRgb, latentRgbIn, linearPreview } from "./preview.ts";

const map = {
  factors: [
    [0.3, -0.2, 0.1],
    [-0.1, 0.25, 0.4],
  ],
  bias: [0.1, 0, -0.05],
} as const;

describe("the linear map", () => {
  test("gives one pixel a latent, and reads the first image of a batch", async () => {
    const x0 = Float32Array.from([0, 1.1, -1, 10, /**/ 0, 0, 1, 10, /**/ 99]);
    const { width, height, data } = await linearPreview(map)(x0, [2, 2, 2]);
    expect([width, height]).toEqual([2, 2]);
    const byte = (v: number) => Math.round(Math.min(Math.max((v + 1) / 2, 0), 1) * 255);
    expect([...data]).toEqual(
      [
        [0.1, 0, -0.05],
        [0.43, -0.22, 0.06],
        [-0.3, 0.45, 0.25],
        [2.1, 0.5, 4.95],
      ].flatMap((rgb) => rgb.map(byte)),
    );
  });

  test("is found again from latents and the colors that it makes of them", () => {
    const [n, channels, plane] = [3, 2, 50];
    const latents = torchCpu(1).randn(n * channels * plane);
    const pixels = new Float32Array(n * 3 * plane);
    for (let k = 0; k < n; k++) {
      for (let color = 0; color < 3; color++) {
        for (let i = 0; i < plane; i++) {
          const z = (c: number) => latents[(k * channels + c) * plane + i]! * map.factors[c]![color]!;
          pixels[(k * 3 + color) * plane + i] = map.bias[color]! + z(0) + z(1);
        }
      }
    }
    const { factors, bias } = fitLatentRgb({ latents, pixels, channels, plane });
    for (const [c, row] of map.factors.entries()) {
      for (const [color, factor] of row.entries()) expect(factors[c]![color]).toBeCloseTo(factor, 5);
    }
    for (const [color, value] of map.bias.entries()) expect(bias[color]).toBeCloseTo(value, 5);
  });

  test("of images in one color is that color", async () => {
    const latents = new Float32Array(2 * 9).fill(0.5);
    const pixels = Float32Array.from({ length: 3 * 9 }, (_, i) => [0.5, 0, -0.5][Math.floor(i / 9)]!);
    const map = fitLatentRgb({ latents, pixels, channels: 2, plane: 9 });
    const { data } = await linearPreview(map)(latents, [2, 3, 3]);
    expect([...data.subarray(0, 3)]).toEqual([191, 128, 64]);
  });

  test.each([
    ["sd1", 0.18215],
    ["sd2", 0.18215],
    ["sdxl", 0.13025],
    ["sdxl-refiner", 0.13025],
  ] as const)("of %s has four channels, and is for latents of its own scale", (family, scaling_factor) => {
    const map = publishedLatentRgb(family, { scaling_factor });
    expect(map?.factors.map((row) => row.length)).toEqual([3, 3, 3, 3]);
    expect(publishedLatentRgb(family, { scaling_factor: 2.5 })).toBeUndefined();
  });

  test("stands in an autoencoder's config, or is refused with its place", () => {
    expect(latentRgbIn({})).toBeUndefined();
    expect(latentRgbIn({ _latent_rgb: map })).toEqual(map);
    expect(() => latentRgbIn({ _latent_rgb: { ...map, factors: [[1, 2]] } })).toThrow(/_latent_rgb\.factors\.0/);
  });
});
