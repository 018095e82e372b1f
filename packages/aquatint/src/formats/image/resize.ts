import { checkImage, flattenAlpha, type Image } from "./image.ts";
import { eightBit, floatsWithin, type Resampling, resampled } from "./resample.ts";
import { type ImageValues, imageValues } from "./values.ts";

/** Width and height in pixels. */
export type Size = Pick<Image, "width" | "height">;

/** The largest part in the middle of an image that has the proportions of a size; its edges may lie inside pixels. */
function middlePart(source: Size, { width, height }: Size): Resampling {
  const middle = (length: number, part: number) => ({ from: (length - part) / 2, length: part });
  // products of whole numbers, so that a side that is kept is kept exactly
  const [wide, high] = [source.width * height, source.height * width];
  const columns = wide > high ? high / height : source.width;
  const rows = high > wide ? wide / width : source.height;
  return { columns: middle(source.width, columns), rows: middle(source.height, rows), width, height };
}

/** The pixels of an image's sides that are cut off to fit the proportions of a size, in the image's pixels. */
export function cutOff(source: Size, size: Size): Size {
  const { columns, rows } = middlePart(source, size);
  return { width: source.width - columns.length, height: source.height - rows.length };
}

const sameSize = (a: Size, b: Size): boolean => a.width === b.width && a.height === b.height;

/** The middle of an image in another size, as RGB on white; what does not fit its proportions is cut off on both sides alike. */
export function fitted(image: Image, size: Size): Image {
  const source = flattenAlpha(image);
  if (sameSize(source, size)) return source;
  const { width, height, data } = resampled(source, middlePart(source, size), eightBit);
  return { width, height, channels: 3, data };
}

/** The same of values in planes, kept in their range. */
export function fittedValues(values: ImageValues, size: Size): ImageValues {
  if (sameSize(values, size)) return values;
  const plane = values.width * values.height;
  const planes = values.data.length / plane;
  const kind = planes === 1 ? floatsWithin(0, 1) : floatsWithin(-1, 1);
  const data = new Float32Array(planes * size.width * size.height);
  for (let c = 0; c < planes; c++) {
    const source = { ...values, channels: 1, data: values.data.subarray(c * plane, (c + 1) * plane) };
    data.set(resampled(source, middlePart(values, size), kind).data, c * size.width * size.height);
  }
  return { width: size.width, height: size.height, data };
}

/** An image as it is read, or as values in planes. */
export type ImageInput = Image | ImageValues;

/** The middle of an image as networks see it, [3, height, width] in -1 .. 1. */
export const fittedPlanes = (image: ImageInput, size: Size): ImageValues =>
  "channels" in image ? imageValues(fitted(image, size)) : fittedValues(image, size);

/** The whole image in another size, with its transparency. Colors are weighted by their alpha, as in Pillow. */
export function resized(image: Image, size: Size): Image {
  checkImage(image);
  if (sameSize(image, size)) return image;
  const { width, height, channels } = image;
  const area = { columns: { from: 0, length: width }, rows: { from: 0, length: height }, ...pick(size) };
  if (channels === 3) return { ...pick(size), channels, data: resampled(image, area, eightBit).data };
  const data = resampled({ ...image, data: premultiplied(image.data) }, area, eightBit).data;
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3]!;
    if (alpha === 0 || alpha === 255) continue;
    for (let c = i; c < i + 3; c++) data[c] = Math.min(255, Math.floor((255 * data[c]!) / alpha));
  }
  return { ...pick(size), channels, data };
}

const pick = ({ width, height }: Size): Size => ({ width, height });

function premultiplied(data: Uint8Array): Uint8Array {
  const output = data.slice();
  for (let i = 0; i < output.length; i += 4) {
    const alpha = output[i + 3]!;
    if (alpha === 255) continue;
    for (let c = i; c < i + 3; c++) output[c] = Math.round((output[c]! * alpha) / 255);
  }
  return output;
}

/** The largest size of an image's proportions whose sides are at most `side`; its own where that is smaller. */
export function within({ width, height }: Size, side: number): Size {
  return scaledBy({ width, height }, Math.min(1, side / Math.max(width, height)));
}

/** The smallest size of an image's proportions whose sides are at least `side`; its own where that is smaller. */
export function atLeast({ width, height }: Size, side: number): Size {
  return scaledBy({ width, height }, Math.min(1, side / Math.min(width, height)));
}

function scaledBy({ width, height }: Size, scale: number): Size {
  const scaled = (length: number) => Math.max(1, Math.round(length * scale));
  return { width: scaled(width), height: scaled(height) };
}
