import { beforeAll, expect, test } from "vitest";
import { openDataset } from "../dataset.node.ts";
import type { Dataset } from "../dataset.ts";
import { loadDigits } from "./digits.node.ts";
import type { Digits } from "./digits.ts";
import type { DigitTruth } from "./kind.ts";

let dataset: Dataset<DigitTruth>;
beforeAll(async () => {
  dataset = (await openDataset({ name: "digits" })) as Dataset<DigitTruth>;
});

test("captions say the digit, with the right article", async () => {
  const { captions, truths } = await dataset.stream({ seed: 1 }).next(300);
  const words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
  for (const [i, caption] of captions.entries()) {
    const word = words[truths[i]!.digit]!;
    expect([`${word === "eight" ? "an" : "a"} ${word}`, `the digit ${word}`, word]).toContain(caption);
  }
  expect(new Set(dataset.captions()).size).toBe(30);
  expect([...dataset.captions()]).toEqual(expect.arrayContaining([...captions]));
});

test("images are white on black in a black frame, the same in all three channels", async () => {
  const { images } = await dataset.stream({ seed: 2 }).next(20);
  for (let i = 0; i < 20; i++) {
    const [red, green, blue] = [0, 1, 2].map((c) => images.slice((3 * i + c) * 1024, (3 * i + c + 1) * 1024));
    expect(green).toEqual(red);
    expect(blue).toEqual(red);
    for (const at of [0, 31, 32 + 1, 1023, 30 * 32 + 16]) expect(red![at]).toBe(-1);
    expect(Math.max(...red!)).toBeGreaterThan(0.9);
    const mean = red!.reduce((a, b) => a + b) / 1024;
    expect(mean).toBeGreaterThan(-0.98);
    expect(mean).toBeLessThan(-0.3);
  }
});

test("at 16 pixels, each is the mean of four", async () => {
  const small = await openDataset({ name: "digits", size: 16 });
  const [half, full] = await Promise.all([small, dataset].map((of) => of.stream({ seed: 5 }).next(2)));
  expect(half!.images).toHaveLength(2 * 3 * 16 * 16);
  for (const [i, value] of half!.images.entries()) {
    const [plane, y, x] = [Math.floor(i / 256), Math.floor(i / 16) % 16, i % 16];
    const at = 1024 * plane + 64 * y + 2 * x;
    const four = [at, at + 1, at + 32, at + 33].map((k) => full!.images[k]!);
    expect(value).toBeCloseTo(four.reduce((a, b) => a + b) / 4, 5);
  }
});

test("a tenth is held out, and no image is in both parts", async () => {
  const imageKeys = async (split: "train" | "held-out", count: number) => {
    const { images } = await dataset.stream({ seed: 3, split }).next(count);
    return new Set(Array.from({ length: count }, (_, i) => images.subarray(3072 * i, 3072 * i + 1024).join()));
  };
  const heldOut = await imageKeys("held-out", 995);
  const train = await imageKeys("train", 2000);
  expect(heldOut.size).toBeGreaterThan(980);
  expect([...train].filter((key) => heldOut.has(key)).length).toBeLessThan(5); // a few digits are in the package twice
});

test("an epoch shows each image once, in an order of its own", async () => {
  const small = (await openDataset({ name: "digits", digits: [7] })) as Dataset<DigitTruth>;
  const stream = small.stream({ seed: 4, split: "held-out" });
  const keys = async () => {
    const { images, truths } = await stream.next(COUNT);
    expect(new Set(truths.map((t) => t.digit))).toEqual(new Set([7]));
    return Array.from({ length: COUNT }, (_, i) => images.subarray(3072 * i, 3072 * i + 1024).join());
  };
  const [first, second] = [await keys(), await keys()];
  expect(new Set(first).size).toBe(COUNT);
  expect(new Set(second)).toEqual(new Set(first));
  expect(second).not.toEqual(first);
});

test("some digits are the same images as among all, whatever the order of their names", async () => {
  const [all, some] = [await loadDigits([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), await loadDigits([7, 1])];
  const imagesOf = ({ images, labels }: Digits, digits: readonly number[]) =>
    [...labels.keys()]
      .filter((i) => digits.includes(labels[i]!))
      .map((i) => `${labels[i]} ${Buffer.from(images.subarray(i * 784, (i + 1) * 784)).toString("base64")}`);
  expect(imagesOf(some, [1, 7])).toEqual(imagesOf(all, [1, 7]));
  expect(new Set(some.labels)).toEqual(new Set([1, 7]));
});

/** Held-out sevens. */
const COUNT = 107;
