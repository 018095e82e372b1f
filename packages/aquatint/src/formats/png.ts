import { convertIndexedToRgb, type DecodedPng, decode, encode } from "fast-png";
import { checkPicture, type Picture } from "./image.ts";
import { joinChunks, type PngChunk, pngError, readChunks } from "./png-chunks.ts";
import { readTexts, textChunk } from "./png-text.ts";

/** A picture with the texts stored in its file, by keyword ("parameters", "Software", ...). */
export interface PngPicture extends Picture {
  readonly text: Readonly<Record<string, string>>;
}

/** Writes an 8-bit PNG file; texts of any language are kept. */
export function encodePng(picture: Picture & Partial<Pick<PngPicture, "text">>): Uint8Array<ArrayBuffer> {
  checkPicture(picture);
  const { width, height, channels, data, text = {} } = picture;
  const texts = Object.entries(text).map(([keyword, value]) => textChunk(keyword, value));
  const [header, ...rest] = readChunks(encode({ width, height, channels, data, depth: 8 }));
  return joinChunks([...(header ? [header] : []), ...texts, ...rest]);
}

/** Pixels that `decodePng` accepts unless told otherwise: 4096 x 4096. */
export const MAX_PIXELS = 4096 * 4096;

/**
 * Reads a PNG file of any colour type as 8-bit RGB, or RGBA where the file has transparency; colour profiles are ignored.
 * @param options.maxPixels budget for width * height, checked before anything is unpacked.
 * @throws AquatintError "png/…" for anything that is not a correct file within the budget.
 */
export function decodePng(bytes: Uint8Array, { name = "the picture", maxPixels = MAX_PIXELS } = {}): PngPicture {
  const chunks = readChunks(bytes, { name });
  const header = readHeader(chunks, name);
  checkBudget(chunks, header, { name, maxPixels });
  const text = readTexts(chunks, { name });
  try {
    // only what draws the picture reaches the decoder: no profile or text of the file is unpacked
    const drawing = header.indexed ? ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"] : ["IHDR", "tRNS", "IDAT", "IEND"];
    return { ...toRgb(decode(joinChunks(chunks.filter(({ type }) => drawing.includes(type))))), text };
  } catch (cause) {
    throw pngError("corrupt", name, "its picture data cannot be unpacked", DAMAGED, cause);
  }
}

const DAMAGED = "Fetch or save it again.";

/** Bits a sample that each colour type allows: grey, RGB, indexed, grey with alpha, RGBA. */
const depths: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly indexed: boolean;
  readonly interlaced: boolean;
}

function readHeader(chunks: readonly PngChunk[], name: string): PngHeader {
  const [first] = chunks;
  const count = (wanted: string) => chunks.filter(({ type }) => type === wanted).length;
  if (first?.type !== "IHDR" || first.data.length !== 13 || count("IHDR") !== 1) {
    throw pngError("corrupt", name, "it must have one header, first and of 13 bytes", DAMAGED);
  }
  const view = new DataView(first.data.buffer, first.data.byteOffset, 13);
  const [width, height, depth, colourType] = [view.getUint32(0), view.getUint32(4), view.getUint8(8), view.getUint8(9)];
  if (width === 0 || height === 0) throw pngError("corrupt", name, `its size is ${width} x ${height}`, DAMAGED);
  if (!depths[colourType]?.includes(depth)) {
    throw pngError("corrupt", name, `colour type ${colourType} with ${depth} bits a sample does not exist`, DAMAGED);
  }
  const indexed = colourType === 3;
  if (indexed && count("PLTE") !== 1) throw pngError("corrupt", name, "it needs one palette", DAMAGED);
  return { width, height, depth, indexed, interlaced: view.getUint8(12) !== 0 };
}

function checkBudget(
  chunks: readonly PngChunk[],
  header: PngHeader,
  limits: { name: string; maxPixels: number },
): void {
  const { width, height, depth, interlaced } = header;
  const { name, maxPixels } = limits;
  if (width * height > maxPixels) {
    const found = `${width} x ${height} is more than the ${maxPixels} pixels allowed`;
    throw pngError("too-large", name, found, "Make the picture smaller.");
  }
  if (interlaced && depth < 8) {
    throw pngError("unsupported", name, `it is interlaced with ${depth} bits a sample`, "Save it without interlacing.");
  }
  const packed = chunks.reduce((sum, { type, data }) => sum + (type === "IDAT" ? data.length : 0), 0);
  const most = width * height * 9 + height + 65536; // the largest pixels are 8 bytes, each row has one more
  if (packed > most) throw pngError("corrupt", name, `${packed} bytes of picture data are too many`, DAMAGED);
}

function toRgb(png: DecodedPng): Picture {
  const { width, height, depth, channels } = png;
  if (png.palette || depth < 8) {
    const levels = 2 ** depth - 1;
    const palette = png.palette ?? Array.from({ length: levels + 1 }, (_, i) => greyEntry(i, levels, png.transparency));
    return {
      width,
      height,
      channels: palette[0]?.length === 4 ? 4 : 3,
      data: convertIndexedToRgb({ ...png, palette }),
    };
  }
  if (depth === 8 && channels >= 3 && !png.transparency) {
    return { width, height, channels: channels === 4 ? 4 : 3, data: Uint8Array.from(png.data) };
  }
  return widen(png);
}

/** Grey to RGB, 16 bits to 8, and one transparent colour to an alpha channel. */
function widen(png: DecodedPng): Picture {
  const { width, height, depth, channels } = png;
  const colours = channels < 3 ? 1 : 3;
  const keyed = png.transparency?.length === colours ? png.transparency : undefined;
  const alpha = keyed !== undefined || channels % 2 === 0;
  const out = alpha ? 4 : 3;
  const data = new Uint8Array(width * height * out);
  const narrow = depth === 16 ? (v: number) => Math.round(v / 257) : (v: number) => v;
  for (let p = 0; p < width * height; p++) {
    const pixel = png.data.subarray(p * channels, (p + 1) * channels);
    for (let c = 0; c < 3; c++) data[p * out + c] = narrow(pixel[c % colours]!);
    if (keyed) data[p * 4 + 3] = keyed.every((value, c) => value === pixel[c]) ? 0 : 255;
    else if (alpha) data[p * 4 + 3] = narrow(pixel[channels - 1]!);
  }
  return { width, height, channels: out, data };
}

function greyEntry(level: number, levels: number, transparency: Uint16Array | undefined): number[] {
  const grey = Math.round((level * 255) / levels);
  return transparency ? [grey, grey, grey, level === transparency[0] ? 0 : 255] : [grey, grey, grey];
}
