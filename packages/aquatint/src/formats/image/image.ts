import { AquatintError } from "../../errors.ts";
import { concatFloat32 } from "../../util/concat.ts";

/** 8-bit RGB or RGBA pixels, rows from the top, channels last; alpha is not premultiplied. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  readonly data: Uint8Array;
}
/** An image with alpha. */
export interface RgbaImage extends Image {
  readonly channels: 4;
}
/** Red, green, blue, each 0..255. */
export type Color = readonly [red: number, green: number, blue: number];

const WHITE: Color = [255, 255, 255];

const sizeOf = ({ width, height, channels }: Omit<Image, "data">): string => `${width} x ${height} x ${channels}`;

/** Refuses an image whose sizes are no positive integers or do not match its data. */
export function checkImage(image: Image): void {
  const { width, height, channels, data } = image;
  const sizes = Number.isSafeInteger(width) && width > 0 && Number.isSafeInteger(height) && height > 0;
  if (sizes && (channels === 3 || channels === 4) && data.length === width * height * channels) return;
  throw new AquatintError("image/size", `an image of ${sizeOf(image)} was given ${data.length} bytes`, {
    hint: "width and height must be positive integers, channels 3 or 4, and the data width * height * channels bytes",
  });
}

/**
 * A [3, height, width] tensor in -1..1 as an RGB image, clamped; rounded as diffusers does (to even at a half).
 * @throws AquatintError "image/not-finite" where a value is not a number.
 */
export function tensorToImage(values: Float32Array, { width, height }: Pick<Image, "width" | "height">): Image {
  const plane = width * height;
  const image = { width, height, channels: 3, data: new Uint8Array(plane * 3) } as const;
  if (values.length !== plane * 3) {
    throw new AquatintError("image/size", `${values.length} values cannot be an image of ${sizeOf(image)}`);
  }
  checkImage(image);
  const rounded = new Uint8ClampedArray(image.data.buffer);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) throw notFinite();
    rounded[(i % plane) * 3 + Math.floor(i / plane)] = Math.fround(Math.fround(value / 2 + 0.5) * 255);
  }
  return image;
}

const notFinite = () =>
  new AquatintError("image/not-finite", "the values of an image contain NaN", {
    hint: "look for what made them: the weights, the decoder, or the arithmetic before this call",
  });

/** A [n, 3, height, width] tensor in -1..1 as n RGB images. */
export function tensorToImages(values: Float32Array, size: Pick<Image, "width" | "height">): Image[] {
  const length = size.width * size.height * 3;
  const count = values.length / length;
  if (!Number.isInteger(count)) {
    throw new AquatintError("image/size", `${values.length} values are no whole number of images of ${length} values`);
  }
  return Array.from({ length: count }, (_, i) => tensorToImage(values.subarray(i * length, (i + 1) * length), size));
}

/** An RGB image as a [3, height, width] tensor in -1..1; flatten an RGBA image first. */
export function imageToTensor(image: Image): Float32Array<ArrayBuffer> {
  checkImage(image);
  const { width, height, channels, data } = image;
  if (channels !== 3) {
    throw new AquatintError("image/alpha", `an image of ${sizeOf(image)} has transparency, expected 3 channels`, {
      hint: "put it on a background first: flatten(image, color)",
    });
  }
  const plane = width * height;
  const values = new Float32Array(plane * 3);
  for (let p = 0, from = 0; p < plane; p++) {
    for (let c = 0; c < 3; c++) values[c * plane + p] = data[from++]! / 127.5 - 1;
  }
  return values;
}

/** RGB images of one size as a [n, 3, height, width] tensor in -1..1. */
export const imagesToTensor = (images: readonly Image[]): Float32Array<ArrayBuffer> =>
  concatFloat32(images.map(imageToTensor));

/** The image as RGB, laid on a background color where it is transparent. */
export function flattenAlpha(image: Image, background: Color = WHITE): Image {
  checkImage(image);
  const { width, height, channels, data } = image;
  if (channels === 3) return image;
  const flat = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    const alpha = data[from + 3]! / 255;
    for (let c = 0; c < 3; c++) {
      flat[to + c] = alpha === 1 ? data[from + c]! : Math.round(data[from + c]! * alpha + background[c]! * (1 - alpha));
    }
  }
  return { width, height, channels: 3, data: flat };
}

/** Layout options of a grid of images. */
export interface GridOptions {
  /** Images in a row; as square as possible when absent. */
  readonly columns?: number;
  /** Pixels between images, and around them; 2 when absent. */
  readonly gap?: number;
  /** Whole factor by which each image is enlarged, without smoothing; 1 when absent. */
  readonly scale?: number;
  /** Color of the gaps, and under transparent images; white when absent. */
  readonly background?: Color;
}

/** Images of one size in rows from the top left, as one RGB image. */
export function imageGrid(images: readonly Image[], options: GridOptions = {}): Image {
  const { columns = Math.ceil(Math.sqrt(images.length)), gap = 2, scale = 1, background = WHITE } = options;
  const first = images[0];
  checkGrid(images, { columns, gap, scale });
  if (!first) throw new AquatintError("image/empty", "a grid needs at least one image");
  const cell = { width: first.width * scale + gap, height: first.height * scale + gap };
  const width = Math.min(columns, images.length) * cell.width + gap;
  const height = Math.ceil(images.length / columns) * cell.height + gap;
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) data[i] = background[i % 3]!;
  const sheet = { width, height, channels: 3, data } as const;
  for (const [i, image] of images.entries()) {
    const x = gap + (i % columns) * cell.width;
    const y = gap + Math.floor(i / columns) * cell.height;
    paste(sheet, flattenAlpha(image, background), { left: x, top: y, scale });
  }
  return sheet;
}

/** Rows of images of one size, equally many in each: a trajectory's x_t above its predicted x_0, say. */
export function imageStrip(rows: readonly (readonly Image[])[], options: Omit<GridOptions, "columns"> = {}): Image {
  const columns = rows[0]?.length ?? 0;
  const odd = rows.findIndex((row) => row.length !== columns);
  if (odd >= 0) {
    throw new AquatintError("image/rows", `row ${odd} has ${rows[odd]?.length} images, the first has ${columns}`);
  }
  return imageGrid(rows.flat(), { ...options, columns });
}

function checkGrid(images: readonly Image[], sizes: { columns: number; gap: number; scale: number }): void {
  const [first] = images;
  const other = images.find(({ width, height }) => width !== first?.width || height !== first?.height);
  if (first && other) {
    const message = `images of ${sizeOf(first)} and ${sizeOf(other)} cannot share a grid`;
    throw new AquatintError("image/size", message, { hint: "bring them to one size first" });
  }
  for (const [name, value] of Object.entries(sizes)) {
    const least = name === "gap" ? 0 : 1;
    if (images.length > 0 && (!Number.isSafeInteger(value) || value < least)) {
      throw new AquatintError("image/option", `${name} is ${value}, expected an integer of at least ${least}`);
    }
  }
}

/** Copies an RGB image into `sheet`, each pixel as a square of `scale` pixels. */
function paste(sheet: Image, { width, height, data }: Image, at: { left: number; top: number; scale: number }) {
  const { left, top, scale } = at;
  for (let y = 0; y < height * scale; y++) {
    const row = Math.floor(y / scale) * width;
    for (let x = 0; x < width * scale; x++) {
      const from = (row + Math.floor(x / scale)) * 3;
      const to = ((top + y) * sheet.width + left + x) * 3;
      for (let c = 0; c < 3; c++) sheet.data[to + c] = data[from + c]!;
    }
  }
}
