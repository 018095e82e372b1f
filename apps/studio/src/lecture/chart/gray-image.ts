import type { Image } from "aquatint/formats";

/** The ends of some numbers. */
function extent(values: ArrayLike<number>): readonly [smallest: number, largest: number] {
  let [smallest, largest] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    smallest = Math.min(smallest, values[i] ?? 0);
    largest = Math.max(largest, values[i] ?? 0);
  }
  return [smallest, largest];
}

/** Numbers in rows of `width` as an image from black to white, the smallest to the largest unless `range` says otherwise. */
export function grayImage(values: ArrayLike<number>, width: number, range = extent(values)): Image {
  const [smallest, largest] = range;
  const data = new Uint8Array(3 * values.length);
  for (let i = 0; i < values.length; i++) {
    const share = ((values[i] ?? 0) - smallest) / (largest - smallest || 1);
    data.fill(Math.round(255 * Math.min(Math.max(share, 0), 1)), 3 * i, 3 * i + 3);
  }
  return { width, height: values.length / width, channels: 3, data };
}
