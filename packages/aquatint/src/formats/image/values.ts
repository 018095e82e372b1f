import { itemAt } from "../../util/items.ts";
import { flattenAlpha, type Image, imageToTensor } from "./image.ts";

/** Numbers in planes, an image's size each: [3, height, width] in -1 .. 1, or a mask [1, height, width] in 0 .. 1. */
export interface ImageValues {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** An image as networks see it, [3, height, width] in -1 .. 1; white where it is transparent. */
export function imageValues(image: Image): ImageValues {
  const { width, height } = image;
  return { width, height, data: imageToTensor(flattenAlpha(image)) };
}

/** The luma of each of red, green and blue (ITU-R BT.601). */
const luma = [0.299, 0.587, 0.114] as const;

/** Brightness of each pixel, [1, height, width] in 0 .. 1; 1 where it is transparent. */
export function maskValues(image: Image): ImageValues {
  const { width, height, data } = flattenAlpha(image);
  const bright = (i: number) => luma.reduce((sum, weight, c) => sum + weight * itemAt(data, 3 * i + c), 0) / 255;
  return { width, height, data: Float32Array.from({ length: width * height }, (_, i) => bright(i)) };
}
