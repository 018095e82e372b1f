import { flatten, type Picture, pictureToTensor } from "./image.ts";

/** Numbers in planes, a picture's size each: [3, height, width] in -1 .. 1, or a mask [1, height, width] in 0 .. 1. */
export interface PictureValues {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** A picture as networks see it, [3, height, width] in -1 .. 1; white where it is transparent. */
export function pictureValues(picture: Picture): PictureValues {
  const { width, height } = picture;
  return { width, height, data: pictureToTensor(flatten(picture)) };
}

/** The luma of each of red, green and blue (ITU-R BT.601). */
const luma = [0.299, 0.587, 0.114] as const;

/** How bright each pixel is, [1, height, width] in 0 .. 1; 1 where it is transparent. */
export function maskValues(picture: Picture): PictureValues {
  const { width, height, data } = flatten(picture);
  const bright = (i: number) => luma.reduce((sum, weight, c) => sum + weight * data[3 * i + c]!, 0) / 255;
  return { width, height, data: Float32Array.from({ length: width * height }, (_, i) => bright(i)) };
}
