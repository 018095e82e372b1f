import { z } from "zod";
import { itemAt } from "../../util/items.ts";
import { worded } from "../choose.ts";
import { type Split, splits } from "../dataset.ts";
import { type DrawSample, indexedStream, shuffler } from "../indexed-stream.ts";
import type { DatasetKind } from "../kind.ts";
import type { Digits } from "./digits.ts";

/** Truth of a digit. */
export interface DigitTruth {
  readonly digit: number;
  /** The digit by its word, and the box that MNIST fits digits into, in fractions of the image's sides. */
  readonly objects: readonly [DigitObject];
}
interface DigitObject {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"] as const;

const phrasesOf = (digit: number): readonly string[] => {
  const word = itemAt(words, digit);
  return [`${word === "eight" ? "an" : "a"} ${word}`, `the digit ${word}`, word];
};

const config = z.strictObject({
  name: z.literal("digits").describe("Handwritten digits of MNIST, padded with black from 28 x 28 to 32 x 32 pixels."),
  digits: z
    .array(z.int().min(0).max(9))
    .min(1)
    .refine((list) => new Set(list).size === list.length, "an entry stands twice")
    .default([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    .describe("Digits to include."),
  size: z
    .union([z.literal(16), z.literal(32)])
    .default(32)
    .describe("Side of the images in pixels. At 16, each pixel is the mean of four."),
});

const [SIDE, FRAME] = [28, 2];
const SIZE = SIDE + 2 * FRAME;

const BOX = 20;
const box = { x: 0.5, y: 0.5, width: BOX / SIZE, height: BOX / SIZE };

/** Every so many-th image of a digit is held out. */
const HELD_OUT_EVERY = 10;

/** Handwritten digits: "a three". */
export const digits: DatasetKind<typeof config, DigitTruth> = {
  config,
  async create({ name, digits: selected, size: side }, sources) {
    const size = [side, side] as const;
    const all = await sources.digits(selected);
    const draws = Object.fromEntries(
      splits.map((split) => [split, drawOf(all, { indices: indicesOf(all.labels, selected, split), side })]),
    ) as Record<Split, DrawSample<DigitTruth>>;
    return {
      name,
      size,
      names: selected.map((digit) => itemAt(words, digit)),
      captions: () => selected.flatMap(phrasesOf),
      stream: ({ seed, split = "train" }) => indexedStream(draws[split], { seed, size }),
    };
  },
};

/** The images of one split, by their indices. */
function indicesOf(labels: Uint8Array, selected: readonly number[], split: Split): readonly number[] {
  const counts = new Map<number, number>();
  return [...labels.keys()].filter((i) => {
    const digit = itemAt(labels, i);
    const nth = counts.get(digit) ?? 0;
    counts.set(digit, nth + 1);
    return selected.includes(digit) && (nth % HELD_OUT_EVERY === HELD_OUT_EVERY - 1) === (split === "held-out");
  });
}

function drawOf(
  { images, labels }: Digits,
  { indices, side }: { readonly indices: readonly number[]; readonly side: number },
): DrawSample<DigitTruth> {
  const shuffled = shuffler(indices.length);
  return (random, position) => {
    const at = itemAt(indices, shuffled(position));
    const digit = itemAt(labels, at);
    return {
      caption: worded(random, phrasesOf(digit)),
      truth: { digit, objects: [{ name: itemAt(words, digit), ...box }] },
      paint: (pixels) => paint(pixels, images.subarray(at * SIDE * SIDE, (at + 1) * SIDE * SIDE), side),
    };
  };
}

/** Paints a digit [28, 28] of 0 .. 255 into three planes [side, side] of -1 .. 1: a pixel is the mean of those that it covers. */
function paint(pixels: Float32Array, gray: Uint8Array, side: number): void {
  const plane = side * side;
  const scale = SIZE / side;
  pixels.fill(-1);
  const target = (i: number): number => Math.floor((i + FRAME) / scale);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const i = target(y) * side + target(x);
      pixels[i] = itemAt(pixels, i) + itemAt(gray, y * SIDE + x) / 127.5 / scale ** 2;
    }
  }
  pixels.copyWithin(plane, 0, plane);
  pixels.copyWithin(2 * plane, 0, plane);
}
