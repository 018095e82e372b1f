import { Ansis } from "ansis";
import { flattenAlpha, type Image } from "../../formats/image/image.ts";
import type { Io, Output } from "../io.ts";

/** Widest image in characters, whatever the terminal. */
const MAX_COLUMNS = 80;

/** The parts of the surroundings that decide whether and how images are shown. */
export interface TerminalOf extends Pick<Io, "env"> {
  readonly stream: Output;
}

/** Colors of the terminal behind a stream: 3 is true color, 2 is 256 colors, 1 is 16; 0 is none, as NO_COLOR asks for. */
export function colorLevel({ stream, env }: TerminalOf): number {
  if (!stream.isTTY || env["NO_COLOR"]) return 0;
  return new Ansis({ process: { env, platform: process.platform, argv: [], stdout: { isTTY: true } } }).level;
}

/** Tells whether an image can be shown: the stream is a terminal with at least 256 colors, and NO_COLOR is not set. */
export const supportsImages = (terminal: TerminalOf): boolean => colorLevel(terminal) >= 2;

/**
 * An image as lines of half blocks, two pixels a character; enlarged or shrunk by a whole factor to fit the terminal, or at
 * most so many columns of it.
 */
export function renderImage(
  image: Image,
  terminal: TerminalOf,
  { columns: limit = MAX_COLUMNS }: { readonly columns?: number } = {},
): string {
  const columns = Math.min(terminal.stream.columns ?? limit, limit);
  return halfBlocks(fitted(flattenAlpha(image), columns), terminal);
}

/** Widest image of a contact sheet, widest sheet and most rows of images in it, in characters and lines. */
const THUMBNAIL = { columns: 20, sheet: 160, rows: 2 };
/** Between images, on any ground. */
const GAP: Rgb = [64, 64, 64];

/** Images of one size in two rows, shrunk by a whole factor to thumbnails; those that do not fit the terminal are left out. */
export function renderThumbnails(images: readonly Image[], terminal: TerminalOf): string {
  const small = images.map((image) => fitted(flattenAlpha(image), Math.min(image.width, THUMBNAIL.columns)));
  const first = small[0];
  if (!first) return "";
  const cell = { width: first.width + 1, height: first.height + (first.height % 2) };
  const room = Math.min((terminal.stream.columns ?? MAX_COLUMNS) - 1, THUMBNAIL.sheet);
  const columns = Math.min(Math.max(Math.floor(room / cell.width), 1), images.length);
  const rows = Math.min(Math.ceil(images.length / columns), THUMBNAIL.rows);
  const at = (x: number, y: number): Rgb => {
    const image = small[Math.floor(y / cell.height) * columns + Math.floor(x / cell.width)];
    const [left, top] = [x % cell.width, y % cell.height];
    return image && left < image.width && top < image.height ? image.at(left, top) : GAP;
  };
  return halfBlocks({ width: columns * cell.width - 1, height: rows * cell.height, at }, terminal);
}

function halfBlocks({ width, height, at }: Sampled, terminal: TerminalOf): string {
  const colors = new Ansis(colorLevel(terminal));
  const lines = Array.from({ length: Math.ceil(height / 2) }, (_, line) => {
    const cells = Array.from({ length: width }, (_, x) => {
      const upper = colors.rgb(...at(x, 2 * line));
      return 2 * line + 1 < height ? upper.bgRgb(...at(x, 2 * line + 1))("▀") : upper("▀");
    });
    return `${cells.join("")}\n`;
  });
  return lines.join("");
}

type Rgb = readonly [red: number, green: number, blue: number];
interface Sampled {
  readonly width: number;
  readonly height: number;
  at(x: number, y: number): Rgb;
}

function fitted(image: Image, columns: number): Sampled {
  const { width, height } = image;
  const up = Math.max(1, Math.floor(columns / width));
  const down = Math.ceil(width / columns);
  return {
    width: Math.floor((width * up) / down),
    height: Math.max(1, Math.floor((height * up) / down)),
    at: (x, y) => mean(image, { left: Math.floor((x * down) / up), top: Math.floor((y * down) / up), size: down }),
  };
}

/** The mean color of a square, as far as it lies in the image. */
function mean({ width, height, data }: Image, { left, top, size }: { left: number; top: number; size: number }): Rgb {
  const sum: [number, number, number] = [0, 0, 0];
  let count = 0;
  for (let y = top; y < Math.min(top + size, height); y++) {
    for (let x = left; x < Math.min(left + size, width); x++, count++) {
      for (const c of [0, 1, 2] as const) sum[c] += data[(y * width + x) * 3 + c]!;
    }
  }
  const [r, g, b] = sum;
  return [Math.round(r / count), Math.round(g / count), Math.round(b / count)];
}
