import type { Image, RgbaImage } from "aquatint/formats";
import { grayImage } from "../../chart/gray-image.ts";
import type { Activation } from "./jobs.ts";

/** Where a part is active: the root mean square of its channels at each place. */
export function energyImage({ part, values }: Activation): Image {
  const { channels, height, width } = part;
  const positions = height * width;
  const energy = Float32Array.from({ length: positions }, (_, position) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += (values[c * positions + position] ?? 0) ** 2;
    return Math.sqrt(sum / channels);
  });
  return grayImage(energy, width);
}

/** Every channel of a part, side by side; 0 is gray, and three standard deviations are black and white. Nothing is between them. */
export function channelsImage({ part, values, deviation }: Activation, columns: number): RgbaImage {
  const { channels, height, width } = part;
  const rows = Math.ceil(channels / columns);
  const [across, down] = [width + 1, height + 1]; // a line between two channels
  const [imageWidth, imageHeight] = [columns * across - 1, rows * down - 1];
  const line = 3 * deviation;
  /** The number of a pixel; undefined between channels and after the last. */
  const numberAt = (i: number): number | undefined => {
    const [x, y] = [i % imageWidth, Math.floor(i / imageWidth)];
    const channel = Math.floor(y / down) * columns + Math.floor(x / across);
    const [column, row] = [x % across, y % down];
    if (column === width || row === height || channel >= channels) return undefined;
    return values[(channel * height + row) * width + column] ?? 0;
  };
  const data = new Uint8Array(4 * imageWidth * imageHeight);
  for (let i = 0; i < imageWidth * imageHeight; i++) {
    const number = numberAt(i);
    if (number === undefined) continue;
    const gray = Math.round(255 * Math.min(Math.max((number / line + 1) / 2 || 0, 0), 1));
    data.set([gray, gray, gray, 255], 4 * i);
  }
  return { width: imageWidth, height: imageHeight, channels: 4, data };
}
