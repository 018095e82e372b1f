import { deflateSync } from "node:zlib";
import { joinChunks, type PngChunk } from "../src/formats/png/chunks.ts";

/** A PNG file by its parts; samples are those of the file, channels last, rows from the top. */
export interface PngParts {
  readonly width: number;
  readonly height: number;
  /** 0 gray, 2 RGB, 3 palette, 4 gray with alpha, 6 RGBA. */
  readonly colorType: 0 | 2 | 3 | 4 | 6;
  readonly depth: 1 | 2 | 4 | 8 | 16;
  readonly samples: readonly number[];
  readonly interlaced?: boolean;
  /** Between the header and the image. */
  readonly before?: readonly PngChunk[];
  /** Behind the image. */
  readonly after?: readonly PngChunk[];
}

/** Samples of a pixel by color type. */
export const samplesOf = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const;

/** First column and row, and steps, of each pass of Adam7 (PNG specification, 8.2). */
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Writes any type of PNG, as libraries that write only some of them cannot. */
export function pngFile(parts: PngParts): Uint8Array<ArrayBuffer> {
  const { width, height, colorType, depth, interlaced = false, before = [], after = [] } = parts;
  const passes = interlaced ? adam7 : ([[0, 0, 1, 1]] as const);
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([depth, colorType, 0, 0, Number(interlaced)], 8);
  const data = deflateSync(Uint8Array.from(passes.flatMap((pass) => passBytes(parts, pass))));
  const image = { type: "IDAT", data: Uint8Array.from(data) };
  const end = { type: "IEND", data: new Uint8Array() };
  return joinChunks([{ type: "IHDR", data: header }, ...before, image, ...after, end]);
}

type Pass = readonly [x: number, y: number, xStep: number, yStep: number];

/** The rows of a pass, each with the filter 0 before it. */
function passBytes({ width, height, colorType, depth, samples }: PngParts, [x0, y0, xStep, yStep]: Pass): number[] {
  const channels = samplesOf[colorType];
  const bytes: number[] = [];
  for (let y = y0; y < height && x0 < width; y += yStep) {
    const row: number[] = [];
    for (let x = x0; x < width; x += xStep) row.push(...samples.slice((y * width + x) * channels).slice(0, channels));
    bytes.push(0, ...packed(row, depth));
  }
  return bytes;
}

function packed(row: readonly number[], depth: number): number[] {
  if (depth === 16) return row.flatMap((v) => [v >> 8, v & 255]);
  const bytes = new Uint8Array(Math.ceil((row.length * depth) / 8));
  for (const [i, v] of row.entries()) bytes[(i * depth) >> 3]! |= v << (8 - depth - ((i * depth) & 7));
  return Array.from(bytes);
}
