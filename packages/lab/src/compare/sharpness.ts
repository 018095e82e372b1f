import type { Image } from "aquatint/formats";
import { itemAt } from "aquatint/util";
import type { Estimate } from "../evaluate/distribution.ts";
import { bootstrap } from "../evaluate/intervals.ts";

/** Mean absolute difference of neighboring values along both sides of an image, of 255: soft edges make it small. */
export function slopeOf({ width, height, channels, data }: Image): number {
  let sum = 0;
  const row = width * channels;
  for (let i = 0; i < data.length; i++) {
    if (i % row < row - channels) sum += Math.abs(data[i + channels]! - data[i]!);
    if (i < data.length - row) sum += Math.abs(data[i + row]! - data[i]!);
  }
  return sum / (height * row * 255);
}

/** The mean slope of images with its 95 % interval. */
export function sharpnessOf(images: readonly Image[]): Estimate {
  const slopes = images.map(slopeOf);
  const mean = (indices: Iterable<number>) =>
    Array.from(indices, (i) => itemAt(slopes, i)).reduce((a, b) => a + b) / slopes.length;
  return { value: mean(slopes.keys()), interval: bootstrap(mean, { n: slopes.length }) };
}
