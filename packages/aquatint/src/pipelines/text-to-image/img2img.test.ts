import { describe, expect, test } from "vitest";
import { tinyPixelModel } from "../../../test/tiny-pixel-model.ts";
import { memoryFiles } from "../../checkpoints/files.ts";
import { openModel } from "../../checkpoints/open.ts";
import type { Image } from "../../formats/image/image.ts";
import { type ImageValues, imageValues } from "../../formats/image/values.ts";
import { textToImageModel } from "../../pipelines/model/text-to-image-model.ts";
import { scaleAt } from "../network/controlnet-inputs.ts";
import type { TextToImageOptions } from "./options.ts";
import { planTextToImage, stepCount } from "./plan.ts";

const model = await textToImageModel(await openModel(memoryFiles(tinyPixelModel())));
const planes = (width: number, height: number, count: number, value = 0.25): ImageValues => ({
  width,
  height,
  data: new Float32Array(count * width * height).fill(value),
});
const plan = (options: Partial<TextToImageOptions>) => planTextToImage(model, { prompt: "", steps: 10, ...options });
const init = planes(8, 8, 3);

describe("image-to-image", () => {
  test.each([
    [1, 0],
    [0.99, 1],
    [0.6, 4],
    [0.1, 9],
  ])("a strength of %d leaves out %d of 10 steps, as diffusers counts", async (strength, begin) => {
    expect(await plan({ init, strength })).toMatchObject({ begin, strength });
    expect(stepCount(await plan({ init, strength }))).toBe(10 - begin);
  });

  test("goes far from an image unless told, and begins with noise alone where a mask says what stays", async () => {
    expect((await plan({ init })).begin).toBe(2);
    expect((await plan({ init, mask: planes(8, 8, 1, 1) })).begin).toBe(0);
    expect(await plan({})).toMatchObject({ begin: 0, strength: 1, isInpainting: false });
  });

  test.each([
    [16, 16, [8, 8]],
    [30, 15, [12, 6]],
    [4, 16, [4, 16]],
    [1, 900, [2, 240]],
  ])("an image of %d x %d is brought to the size that the model was trained at", async (width, height, size) => {
    const planned = await plan({ init: planes(width, height, 3) });
    expect([planned.width, planned.height]).toEqual(size);
    expect(planned.init).toHaveLength(3 * planned.width * planned.height);
    expect(planned.init!.every((v) => Math.abs(v - 0.25) < 1e-6)).toBe(true);
  });

  test("a size that is chosen cuts it", async () => {
    expect(await plan({ init: planes(30, 15, 3), width: 10, height: 8 })).toMatchObject({ width: 10, height: 8 });
  });
});

describe("a mask", () => {
  test("paints where it is bright", async () => {
    const mask = { ...init, data: Float32Array.from({ length: 64 }, (_, i) => (i % 8) / 7) };
    expect([...(await plan({ init, mask })).mask!.subarray(0, 8)]).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  });
});

describe("images as they are read", () => {
  const image = (width: number, height: number, value: (x: number, y: number) => readonly number[]): Image => ({
    width,
    height,
    channels: value(0, 0).length === 4 ? 4 : 3,
    data: Uint8Array.from(
      Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width))).flat(),
    ),
  });
  const photo = image(30, 17, (x, y) => [8 * x, 9 * y, (x * y) % 256]);

  test("are taken as their values are, but for the rounding of 8 bits", async () => {
    const [fromBytes, values] = [await plan({ init: photo }), await plan({ init: imageValues(photo) })];
    expect([fromBytes.width, fromBytes.height]).toEqual([values.width, values.height]);
    const differences = fromBytes.init!.map((v, i) => Math.abs(v - values.init![i]!));
    expect(Math.max(...differences)).toBeLessThan(3 / 255);
    expect((await plan({ init: photo, width: 30, height: 18 })).init).not.toContain(Number.NaN);
  });

  test("masks paint where they are white or transparent, and may be smaller or larger than their image", async () => {
    const gray = image(15, 9, (x) => (x < 7 ? [0, 0, 0] : [255, 255, 255]));
    const clear = image(60, 34, (x) => [0, 0, 0, x < 30 ? 255 : 0]);
    for (const mask of [gray, clear]) {
      const { mask: positions, width } = await plan({ init: photo, mask });
      expect([positions![0], positions![width - 1]]).toEqual([0, 1]);
    }
  });

  test("a mask that keeps nothing because its ground is transparent is refused", async () => {
    const white = image(30, 17, (x) => [255, 255, 255, x < 15 ? 255 : 0]);
    await expect(plan({ init: photo, mask: white })).rejects.toMatchObject({ code: "generate/mask" });
    expect((await plan({ init: photo, mask: image(30, 17, () => [255, 255, 255]) })).mask).not.toContain(0);
  });
});

describe("hiresFix", () => {
  test("is a plan of its own, whose steps count too", async () => {
    const planned = await plan({ hires: { scale: 1.6, steps: 20, strength: 0.3 } });
    expect(planned.hiresFix).toMatchObject({ width: 12, height: 12, steps: 20, begin: 14, latentShape: [3, 12, 12] });
    expect(stepCount(planned)).toBe(16);
    expect((await plan({ hires: { scale: 2 } })).hiresFix).toMatchObject({ width: 16, steps: 10, begin: 5 });
  });
});

test("a ControlNet acts within its share of the steps, as diffusers counts", async () => {
  const scales = (start: number, end: number) =>
    Array.from({ length: 4 }, (_, i) => scaleAt({ scale: 0.8, start, end }, { i, n: 4 }));
  expect(scales(0, 1)).toEqual([0.8, 0.8, 0.8, 0.8]);
  expect(scales(0.25, 0.8)).toEqual([0, 0.8, 0.8, 0]);
  expect(scales(0, 0.5)).toEqual([0.8, 0.8, 0, 0]);
});

describe("refused before anything is loaded", () => {
  const mask = planes(8, 8, 1, 1);
  const control = { image: init };
  test.each<[options: Partial<TextToImageOptions>, code: string, message: string]>([
    [{ strength: 0.5 }, "generate/strength", "there is none"],
    [{ init, strength: 0 }, "generate/strength", "above 0 and at most 1, got 0"],
    [{ init, strength: 1.5 }, "generate/strength", "got 1.5"],
    [{ init, strength: Number.NaN }, "generate/strength", "got NaN"],
    [{ init, strength: 0.05 }, "generate/strength", "a strength of 0.05 leaves none of 10 steps"],
    [{ mask }, "generate/mask", "no image that it belongs to"],
    [{ init, mask: planes(8, 4, 1) }, "generate/mask", "the mask is 8x4, its image 8x8"],
    [{ init, mask: planes(8, 8, 1, 0.2) }, "generate/mask", "dark everywhere"],
    [
      { init: planes(8, 8, 3, Number.NaN) },
      "generate/image",
      "init holds the value NaN, expected numbers from -1 to 1",
    ],
    [{ init: planes(8, 8, 3, 255) }, "generate/image", "init holds the value 255"],
    [
      { init, mask: planes(8, 8, 1, -1) },
      "generate/image",
      "the mask holds the value -1, expected numbers from 0 to 1",
    ],
    [{ init: planes(8, 8, 1) }, "generate/image", "holds 64 numbers, expected 3 a pixel"],
    [{ init, mask: planes(8, 8, 3) }, "generate/image", "expected 1 a pixel"],
    [{ init, width: 9, height: 8 }, "generate/size", "the width must be a multiple of 2 pixels, got 9"],
    [{ controls: [control] }, "generate/control", "has 0 ControlNets and was given 1 images"],
    [{ hires: { scale: 1 } }, "generate/hires", "above 1 and at most 8, got 1"],
    [{ hires: { scale: 9 } }, "generate/hires", "got 9"],
    [{ hires: { scale: 2, strength: 2 } }, "generate/strength", "got 2"],
    [{ hires: { scale: 2, strength: 0.01 } }, "generate/strength", "leaves none of 10 steps"],
    [{ width: 512, height: 512, hires: { scale: 5 } }, "generate/size", "2560x2560 pixels are more than"],
    [{ init, hires: { scale: 2 } }, "generate/hires", "begins with another"],
  ])("%o", async (options, code, message) => {
    const refused = expect.objectContaining({ code, message: expect.stringContaining(message) });
    await expect(plan(options)).rejects.toThrow(refused);
  });
});

test("a plan without a seed has seed 0", async () => {
  expect((await plan({})).seed).toBe(0);
});
