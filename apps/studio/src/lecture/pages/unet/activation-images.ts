import type { Image } from "aquatint/formats";
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

/** Every channel of a part, side by side; 0 is gray, and three standard deviations are black and white. */
export function channelsImage({ part, values, deviation }: Activation, columns: number): Image {
  const { channels, height, width } = part;
  const rows = Math.ceil(channels / columns);
  const [across, down] = [width + 1, height + 1]; // a line between two channels
  const [imageWidth, imageHeight] = [columns * across - 1, rows * down - 1];
  const line = 3 * deviation;
  const numbers = Float32Array.from({ length: imageWidth * imageHeight }, (_, i) => {
    const [x, y] = [i % imageWidth, Math.floor(i / imageWidth)];
    const channel = Math.floor(y / down) * columns + Math.floor(x / across);
    const [column, row] = [x % across, y % down];
    if (column === width || row === height || channel >= channels) return line;
    return values[(channel * height + row) * width + column] ?? 0;
  });
  return grayImage(numbers, imageWidth, [-line, line]);
}
