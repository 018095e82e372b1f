import { expect, test } from "vitest";
import type { Picture } from "./image.ts";
import { fitted, within } from "./resize.ts";

const grey = (width: number, height: number, value: (x: number, y: number) => number): Picture => ({
  width,
  height,
  channels: 3,
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const p = Math.floor(i / 3);
    return value(p % width, Math.floor(p / width));
  }),
});
const reds = ({ data }: Picture) => [...data].filter((_, i) => i % 3 === 0);

test("in its own size a picture stays as it is", () => {
  const picture = grey(3, 2, (x, y) => 40 * x + y);
  expect(fitted(picture, picture)).toEqual(picture);
});

test("shrinking takes the mean of an area, growing is linear", () => {
  expect(
    reds(
      fitted(
        grey(4, 2, (x, y) => 10 * x + 100 * y),
        { width: 2, height: 1 },
      ),
    ),
  ).toEqual([55, 75]);
  expect(
    reds(
      fitted(
        grey(2, 1, (x) => 100 * x),
        { width: 4, height: 2 },
      ),
    ).slice(0, 4),
  ).toEqual([0, 25, 75, 100]);
  const flat = fitted(
    grey(7, 5, () => 200),
    { width: 3, height: 3 },
  );
  expect(reds(flat)).toEqual(Array(9).fill(200));
});

test("what does not fit is cut off on both sides alike", () => {
  expect(
    reds(
      fitted(
        grey(4, 2, (x) => 10 * x),
        { width: 2, height: 2 },
      ),
    ),
  ).toEqual([10, 20, 10, 20]);
  expect(
    reds(
      fitted(
        grey(2, 4, (_, y) => 10 * y),
        { width: 2, height: 2 },
      ),
    ),
  ).toEqual([10, 10, 20, 20]);
});

test("transparency lies on white", () => {
  const clear: Picture = { width: 1, height: 1, channels: 4, data: Uint8Array.of(0, 0, 0, 0) };
  expect(reds(fitted(clear, { width: 1, height: 1 }))).toEqual([255]);
});

test("sizes are bounded without changing their proportions", () => {
  expect(within({ width: 640, height: 480 }, 320)).toEqual({ width: 320, height: 240 });
  expect(within({ width: 20, height: 10 }, 320)).toEqual({ width: 20, height: 10 });
  expect(within({ width: 10_000, height: 2 }, 100)).toEqual({ width: 100, height: 1 });
});
