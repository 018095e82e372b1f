import { convertIndexedToRgb, type DecodedPng, decode, encode } from "fast-png";
import { exifOrientation } from "../image/exif.ts";
import { checkImage, type Image } from "../image/image.ts";
import { upright } from "../image/orientation.ts";
import { joinChunks, type PngChunk, pngError, readChunks } from "./chunks.ts";
import { readTexts, textChunk } from "./text.ts";

/** An image with the texts stored in its file, by keyword ("parameters", "Software", ...). */
export interface PngImage extends Image {
  readonly text: Readonly<Record<string, string>>;
}

/** Writes an 8-bit PNG file; texts of any language are kept. */
export function encodePng(image: Image & Partial<Pick<PngImage, "text">>): Uint8Array<ArrayBuffer> {
  checkImage(image);
  const { width, height, channels, data, text = {} } = image;
  const texts = Object.entries(text).map(([keyword, value]) => textChunk(keyword, value));
  const [header, ...rest] = readChunks(encode({ width, height, channels, data, depth: 8 }));
  return joinChunks([...(header ? [header] : []), ...texts, ...rest]);
}

/** Pixels of the largest image that is read unless another limit is given: 8192 x 8192, more than cameras of 60 megapixels. */
export const MAX_PIXELS = 8192 * 8192;

/**
 * Reads a PNG file of any color type as 8-bit RGB, or RGBA where the file has transparency, turned upright where its eXIf
 * chunk says how. Color profiles are ignored; of an animation (APNG) the default image is read.
 * @param options.maxPixels budget for width * height, half of it for RGBA of 16 bits, checked before anything is unpacked.
 * @throws AquatintError "png/…" for anything that is not a correct file within the budget, "png/unsupported" for an
 * interlaced one of less than 8 bits a sample.
 */
export function decodePng(bytes: Uint8Array, { name = "the image", maxPixels = MAX_PIXELS } = {}): PngImage {
  const chunks = readChunks(bytes, { name });
  const header = readHeader(chunks, name);
  checkBudget(chunks, header, { name, maxPixels });
  const text = readTexts(chunks, { name });
  const exif = chunks.find(({ type }) => type === "eXIf");
  try {
    // only what draws the image reaches the decoder: no profile or text of the file is unpacked
    const drawing = header.indexed ? ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"] : ["IHDR", "IDAT", "IEND"];
    const image = toRgb(decode(joinChunks(chunks.filter(({ type }) => drawing.includes(type)))), colorKey(chunks));
    return { ...upright(image, exif ? exifOrientation(exif.data) : 1), text };
  } catch (cause) {
    throw pngError("corrupt", name, "its image data cannot be unpacked", DAMAGED, cause);
  }
}

/** The gray level or the red, green and blue that are transparent (tRNS of color types 0 and 2); only the depth's low bits count. */
function colorKey(chunks: readonly PngChunk[]): readonly number[] | undefined {
  const [{ data: header }] = chunks as [PngChunk];
  const [depth, samples] = [header[8]!, { 0: 1, 2: 3 }[header[9]!]];
  const data = chunks.find(({ type }) => type === "tRNS")?.data;
  if (!data || data.length !== 2 * (samples ?? 0)) return undefined;
  return Array.from({ length: data.length / 2 }, (_, i) => ((data[2 * i]! << 8) | data[2 * i + 1]!) & (2 ** depth - 1));
}

const DAMAGED = "fetch or save it again";

/** Bits a sample that each color type allows: gray, RGB, indexed, gray with alpha, RGBA. */
const depths: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** Samples of a pixel by color type. */
const samples: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  /** Bytes of all samples of a pixel, when they are unpacked. */
  readonly pixelBytes: number;
  readonly indexed: boolean;
  readonly interlaced: boolean;
}

function readHeader(chunks: readonly PngChunk[], name: string): PngHeader {
  const [first] = chunks;
  if (first?.type === "CgBI") throw pngError("not-png", name, "it is in Apple's own form of PNG", "save it as PNG");
  const count = (chunkType: string) => chunks.filter(({ type }) => type === chunkType).length;
  if (first?.type !== "IHDR" || first.data.length !== 13 || count("IHDR") !== 1) {
    throw pngError("corrupt", name, "it must have one header, first and of 13 bytes", DAMAGED);
  }
  const view = new DataView(first.data.buffer, first.data.byteOffset, 13);
  const [width, height, depth, colorType] = [view.getUint32(0), view.getUint32(4), view.getUint8(8), view.getUint8(9)];
  if (width === 0 || height === 0) throw pngError("corrupt", name, `its size is ${width} x ${height}`, DAMAGED);
  if (!depths[colorType]?.includes(depth)) {
    throw pngError("corrupt", name, `color type ${colorType} with ${depth} bits a sample does not exist`, DAMAGED);
  }
  const indexed = colorType === 3;
  if (indexed && count("PLTE") !== 1) throw pngError("corrupt", name, "it needs one palette", DAMAGED);
  const pixelBytes = samples[colorType]! * Math.ceil(depth / 8);
  return { width, height, depth, pixelBytes, indexed, interlaced: view.getUint8(12) !== 0 };
}

function checkBudget(
  chunks: readonly PngChunk[],
  header: PngHeader,
  limits: { name: string; maxPixels: number },
): void {
  const { width, height, depth, pixelBytes, interlaced } = header;
  const { name, maxPixels } = limits;
  // more than the four bytes of RGBA count as more pixels
  const allowed = Math.floor(maxPixels / Math.max(1, pixelBytes / 4));
  if (width * height > allowed) {
    const kind = depth === 16 ? " of 16 bits a sample" : "";
    const message = `${width} x ${height} is more than the ${allowed} pixels${kind} that are read`;
    throw pngError("too-large", name, message, "make the image smaller");
  }
  if (interlaced && depth < 8) {
    throw pngError("unsupported", name, `it is interlaced with ${depth} bits a sample`, "save it without interlacing");
  }
  const packed = chunks.reduce((sum, { type, data }) => sum + (type === "IDAT" ? data.length : 0), 0);
  // a row has one byte more, passes have shorter rows, and deflate adds little: a small file unpacks to little
  const limit = 1.125 * width * height * pixelBytes + 4 * (width + height) + 65536;
  if (packed > limit) throw pngError("corrupt", name, `${packed} bytes of image data are too many`, DAMAGED);
}

function toRgb(png: DecodedPng, key: readonly number[] | undefined): Image {
  const { width, height, depth, channels } = png;
  if (png.palette || depth < 8) {
    const levels = 2 ** depth - 1;
    const palette = png.palette ?? Array.from({ length: levels + 1 }, (_, i) => grayEntry(i, levels, key?.[0]));
    const data = convertIndexedToRgb({ ...png, palette });
    return { width, height, channels: palette[0]?.length === 4 ? 4 : 3, data };
  }
  if (depth === 8 && channels >= 3 && !key) {
    return { width, height, channels: channels === 4 ? 4 : 3, data: Uint8Array.from(png.data) };
  }
  return widened(png, key);
}

/** Gray to RGB, 16 bits to the nearest 8, and one transparent color to an alpha channel. */
function widened({ width, height, depth, channels, data }: DecodedPng, key: readonly number[] | undefined): Image {
  const colors = channels < 3 ? 1 : 3;
  const out = key || channels % 2 === 0 ? 4 : 3;
  const output = new Uint8Array(width * height * out);
  const narrow = depth === 16 ? (v: number) => Math.round(v / 257) : (v: number) => v;
  for (let p = 0, from = 0, to = 0; p < width * height; p++, from += channels, to += out) {
    for (let c = 0; c < 3; c++) output[to + c] = narrow(data[from + (c % colors)]!);
    if (key) output[to + 3] = key.every((value, c) => value === data[from + c]) ? 0 : 255;
    else if (out === 4) output[to + 3] = narrow(data[from + channels - 1]!);
  }
  return { width, height, channels: out, data: output };
}

function grayEntry(level: number, levels: number, key: number | undefined): number[] {
  const gray = Math.round((level * 255) / levels);
  return key === undefined ? [gray, gray, gray] : [gray, gray, gray, level === key ? 0 : 255];
}
