import { readFile } from "node:fs/promises";
import { decodePng } from "../../packages/aquatint/src/formats/png/png.ts";

/** What every program of the matrix draws. */
export const expectedSize = 128;
/** Standard deviation over all values, of 255, that an image has at least; a blank one has 0. */
const leastDeviation = 10;

/** @throws Error unless the file is a PNG of 128 x 128 pixels that is not blank. */
export async function checkImage(file: string): Promise<void> {
  const { width, height, data } = decodePng(new Uint8Array(await readFile(file)));
  checkPixels({ width, height, deviation: deviationOf(data) });
}

/** @throws Error unless an image of these facts is of 128 x 128 pixels and not blank. */
export function checkPixels({ width, height, deviation }: { width: number; height: number; deviation: number }): void {
  if (width !== expectedSize || height !== expectedSize) {
    throw new Error(`expected an image of ${expectedSize}x${expectedSize}, got ${width}x${height}`);
  }
  if (!(deviation >= leastDeviation)) throw new Error(`the image is blank: deviation ${deviation} of 255`);
}

function deviationOf(values: ArrayLike<number>): number {
  const list = Array.from(values);
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
  return Math.sqrt(list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / list.length);
}
