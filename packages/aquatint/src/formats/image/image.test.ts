import { expect, test } from "vitest";
import {
  flattenAlpha,
  type Image,
  imageGrid,
  imageStrip,
  imageToTensor,
  tensorToImage,
  tensorToImages,
} from "./image.ts";

/** An image of one color. */
const plain = (value: number, width = 1, height = 1): Image => ({
  width,
  height,
  channels: 3,
  data: new Uint8Array(width * height * 3).fill(value),
});
/** The red channel, row by row. */
const reds = ({ width, height, data }: Image): number[][] =>
  Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) => data[(y * width + x) * 3]!));

test("tensorToImage interleaves channels, clamps, and rounds halves to even", () => {
  const values = Float32Array.of(-1, 1, 0, -5, 5, 0.25); // red: -1, 1; green: 0, -5; blue: 5, 0.25
  expect([...tensorToImage(values, { width: 2, height: 1 }).data]).toEqual([0, 128, 255, 255, 0, 159]);
});

test("every byte comes back from its tensor", () => {
  const image: Image = { width: 16, height: 16, channels: 3, data: Uint8Array.from({ length: 768 }, (_, i) => i) };
  expect(tensorToImage(imageToTensor(image), image)).toEqual(image);
});

test("tensorToImages splits a batch", () => {
  const batch = Float32Array.of(-1, -1, -1, 1, 1, 1);
  expect(tensorToImages(batch, { width: 1, height: 1 })).toEqual([plain(0), plain(255)]);
  expect(() => tensorToImages(batch, { width: 2, height: 2 })).toThrow(/6 values/);
});

test("wrong sizes, transparency and NaN are refused", () => {
  const clear: Image = { width: 1, height: 1, channels: 4, data: Uint8Array.of(0, 0, 0, 0) };
  expect(() => tensorToImage(Float32Array.of(0, Number.NaN, 0), { width: 1, height: 1 })).toThrow(/NaN/);
  expect(() => tensorToImage(new Float32Array(2), { width: 1, height: 1 })).toThrow(/2 values/);
  expect(() => imageToTensor(clear)).toThrow(/transparency/);
  expect(() => imageToTensor({ ...clear, channels: 3 })).toThrow(/given 4 bytes/);
});

test("flatten lays an image on a color", () => {
  const half: Image = { width: 2, height: 1, channels: 4, data: Uint8Array.of(200, 0, 0, 255, 200, 0, 0, 51) };
  expect([...flattenAlpha(half, [0, 100, 255]).data]).toEqual([200, 0, 0, 40, 80, 204]);
});

test("grid lays images out in rows and enlarges them without smoothing", () => {
  const sheet = imageGrid([plain(1), plain(2), plain(3)], { columns: 2, gap: 1, scale: 2, background: [9, 9, 9] });
  expect(reds(sheet)).toEqual([
    [9, 9, 9, 9, 9, 9, 9],
    [9, 1, 1, 9, 2, 2, 9],
    [9, 1, 1, 9, 2, 2, 9],
    [9, 9, 9, 9, 9, 9, 9],
    [9, 3, 3, 9, 9, 9, 9],
    [9, 3, 3, 9, 9, 9, 9],
    [9, 9, 9, 9, 9, 9, 9],
  ]);
});

test("strip puts rows of images below each other", () => {
  expect(
    reds(
      imageStrip(
        [
          [plain(1), plain(2)],
          [plain(3), plain(4)],
        ],
        { gap: 0 },
      ),
    ),
  ).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(() => imageStrip([[plain(1)], []])).toThrow(/row 1 has 0/);
});

test("grid refuses nothing at all, unequal images and broken options", () => {
  expect(() => imageGrid([])).toThrow(/at least one/);
  expect(() => imageGrid([plain(1), plain(1, 2, 1)])).toThrow(/1 x 1 x 3 and 2 x 1 x 3/);
  expect(() => imageGrid([plain(1)], { scale: 0.5 })).toThrow(/scale is 0.5/);
});
