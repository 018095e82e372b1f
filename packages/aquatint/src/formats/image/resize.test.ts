import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Image } from "./image.ts";
import { atLeast, cutOff, fitted, fittedPlanes, fittedValues, resized, type Size, within } from "./resize.ts";
import { imageValues } from "./values.ts";

/** Pillow's result for an image, written by bench/peers/resizing.py. */
const pillow: {
  readonly source: Size & Readonly<Record<"RGBA" | "L", string>>;
  readonly cases: readonly (Size & Readonly<Record<"RGB" | "L" | "RGBA", string>>)[];
} = JSON.parse(readFileSync(new URL("../../../test/fixtures/images/lanczos.json", import.meta.url), "utf8"));
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "base64"));
const rgba: Image = { ...pillow.source, channels: 4, data: bytes(pillow.source.RGBA) };
const rgb: Image = { ...rgba, channels: 3, data: rgba.data.filter((_, i) => i % 4 !== 3) };
const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((max, v, i) => Math.max(max, Math.abs(v - b[i]!)), Math.abs(a.length - b.length));

describe.each(pillow.cases)("as Pillow's Lanczos at $width x $height:", (expected) => {
  test("8-bit colors, cut to the proportions", () => {
    expect(largest(fitted(rgb, expected).data, bytes(expected.RGB))).toBe(0);
  });
  test("float planes of colors", () => {
    const { data } = fittedPlanes(imageValues(rgb), expected);
    const plane = expected.width * expected.height;
    const all = bytes(expected.RGB);
    const theirs = Array.from(all, (_, i) => all[3 * (i % plane) + Math.floor(i / plane)]! / 127.5 - 1);
    // values span 2, so that 2 / 255 is a step of 8 bits; Pillow rounds twice to half a step, the first time before weighting
    expect(largest(data, theirs)).toBeLessThanOrEqual(2.5 / 255);
  });
  test("a float plane of brightness", () => {
    const gray = bytes(pillow.source.L);
    const { data } = fittedValues({ ...pillow.source, data: Float32Array.from(gray, (v) => v / 255) }, expected);
    const theirs = Array.from(bytes(expected.L), (v) => v / 255);
    expect(largest(data, theirs)).toBeLessThanOrEqual(1 / 255);
  });
  test("the whole image with its transparency", () => {
    const theirs = bytes(expected.RGBA);
    const ours = resized(rgba, expected).data;
    const alpha = (data: Uint8Array) => data.filter((_, i) => i % 4 === 3);
    expect(largest(alpha(ours), alpha(theirs))).toBe(0);
    // a color is stored times its alpha: one step there is 255 / alpha steps of the color
    const steps = Array.from(ours, (v, i) => (Math.abs(v - theirs[i]!) * theirs[i | 3]!) / 255);
    expect(Math.max(...steps)).toBeLessThan(2);
  });
});

/** Sides of 1 to 4,100 pixels, small ones more often; `other` bounds the product. */
const side = fc.oneof(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 4100 }));
const size = fc.record({ width: side, height: side }).map(({ width, height }) => ({
  width,
  height: Math.max(1, Math.min(height, Math.floor(12_000 / width))),
}));
const turned = fc.boolean();
const sizes = fc.record({ from: size, to: size, turned }).map(({ from, to, turned: turn }) => {
  const swapped = (s: Size): Size => (turn ? { width: s.height, height: s.width } : s);
  return { from: swapped(from), to: swapped(to) };
});
const noise = ({ width, height }: Size, seed: number): Image => ({
  width,
  height,
  channels: 3,
  data: Uint8Array.from({ length: 3 * width * height }, (_, i) => Math.imul(i + seed, 0x9e3779b1) >>> 24),
});
const mirrored = ({ width, height, channels, data }: Image): Image => ({
  width,
  height,
  channels,
  data: data.map((_, i) => {
    const [pixel, c] = [Math.floor(i / channels), i % channels];
    return data[channels * (pixel - (pixel % width) + width - 1 - (pixel % width)) + c]!;
  }),
});

describe("of any size to any size", () => {
  const runs = { numRuns: 30 };
  test("a constant stays constant", () => {
    fc.assert(
      fc.property(sizes, fc.nat(255), ({ from, to }, value) => {
        const plain: Image = { ...from, channels: 3, data: new Uint8Array(3 * from.width * from.height).fill(value) };
        for (const image of [fitted(plain, to), resized(plain, to)]) {
          expect([image.width, image.height, image.data.length]).toEqual([
            to.width,
            to.height,
            3 * to.width * to.height,
          ]);
          expect(image.data.every((v) => v === value)).toBe(true);
        }
        const plane = { ...from, data: new Float32Array(from.width * from.height).fill(value / 255) };
        expect(fittedValues(plane, to).data.every((v) => Math.abs(v - value / 255) < 1e-6)).toBe(true);
      }),
      runs,
    );
  });
  test("floats are finite and in range, and 8-bit values are the same to rounding", () => {
    fc.assert(
      fc.property(sizes, fc.nat(), ({ from, to }, seed) => {
        const image = noise(from, seed);
        const { data } = fittedValues(imageValues(image), to);
        expect(data.length).toBe(3 * to.width * to.height);
        expect(data.every((v) => v >= -1 && v <= 1)).toBe(true); // false for NaN, too
        expect(largest(data, imageValues(fitted(image, to)).data)).toBeLessThan(3 / 255); // two roundings
      }),
      runs,
    );
  });
  test("a mirrored image gives a mirrored one", () => {
    fc.assert(
      fc.property(sizes, fc.nat(), ({ from, to }, seed) => {
        const image = noise(from, seed);
        expect(largest(fitted(mirrored(image), to).data, mirrored(fitted(image, to)).data)).toBe(0);
      }),
      runs,
    );
  });
  test("only what does not fit the proportions is cut off, on one pair of sides", () => {
    fc.assert(
      fc.property(sizes, ({ from, to }) => {
        const cut = cutOff(from, to);
        expect(cut.width === 0 || cut.height === 0).toBe(true);
        const [width, height] = [from.width - cut.width, from.height - cut.height];
        const larger = Math.max(from.width * to.height, from.height * to.width); // of which a small part may be left
        expect(Math.abs(width * to.height - height * to.width)).toBeLessThan(1e-12 * larger);
      }),
    );
  });
});

test("in its own size an image stays as it is", () => {
  expect(fitted(rgb, rgb).data).toEqual(rgb.data);
  expect(resized(rgba, rgba)).toEqual(rgba);
  const values = imageValues(rgb);
  expect(fittedValues(values, { width: rgb.width, height: rgb.height })).toBe(values);
});

test("the usual sizes of photos leave no line of what is no number", () => {
  for (const [width, height] of [
    [640, 480],
    [1920, 1080],
    [3, 2],
    [853, 480],
    [480, 640],
  ] as const) {
    const plain = { width, height, data: new Float32Array(width * height).fill(0.5) };
    expect(fittedValues(plain, { width: 64, height: 64 }).data.every((v) => Math.abs(v - 0.5) < 1e-6)).toBe(true);
  }
});

test("what does not fit is cut off on both sides alike", () => {
  const { data } = fitted(noise({ width: 6, height: 2 }, 3), { width: 2, height: 2 });
  const middle = noise({ width: 6, height: 2 }, 3).data.filter((_, i) => [2, 3].includes(Math.floor(i / 3) % 6));
  expect(data).toEqual(middle);
});

test("transparency lies on white", () => {
  const clear: Image = { width: 1, height: 1, channels: 4, data: Uint8Array.of(0, 0, 0, 0) };
  expect([...fitted(clear, { width: 1, height: 1 }).data]).toEqual([255, 255, 255]);
});

test("sizes are bounded without changing their proportions", () => {
  expect(within({ width: 640, height: 480 }, 320)).toEqual({ width: 320, height: 240 });
  expect(within({ width: 20, height: 10 }, 320)).toEqual({ width: 20, height: 10 });
  expect(within({ width: 10_000, height: 2 }, 100)).toEqual({ width: 100, height: 1 });
  expect(atLeast({ width: 640, height: 480 }, 240)).toEqual({ width: 320, height: 240 });
  expect(atLeast({ width: 20, height: 10 }, 320)).toEqual({ width: 20, height: 10 });
});
