import { expect, test } from "vitest";
import { scattered } from "../../test/evaluate.ts";
import { fourier3d, type Shape3d } from "./fourier.ts";

const shape: Shape3d = [2, 3, 5];
const values = { re: scattered(30), im: scattered(30, { seed: 1 }) };

test("the transform of a wave is one peak, at its frequency along each axis", () => {
  const [depth, height, width] = [1, 2, 3];
  const phase = (i: number) => {
    const [z, y, x] = [Math.floor(i / 15), Math.floor(i / 5) % 3, i % 5];
    return 2 * Math.PI * ((depth * z) / 2 + (height * y) / 3 + (width * x) / 5);
  };
  const wave = {
    re: Float64Array.from({ length: 30 }, (_, i) => Math.cos(phase(i))),
    im: Float64Array.from({ length: 30 }, (_, i) => Math.sin(phase(i))),
  };
  const { re, im } = fourier3d(wave, shape, "forward");
  const peak = depth * 15 + height * 5 + width;
  for (const [i, v] of re.entries()) expect(v).toBeCloseTo(i === peak ? 30 : 0, 9);
  for (const v of im) expect(v).toBeCloseTo(0, 9);
});

test("the inverse gives the values back", () => {
  const back = fourier3d(fourier3d(values, shape, "forward"), shape, "inverse");
  for (const part of ["re", "im"] as const) {
    for (const [i, v] of back[part].entries()) expect(v).toBeCloseTo(values[part][i]!, 12);
  }
});
