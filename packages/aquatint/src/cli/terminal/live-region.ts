import { stripVTControlCharacters } from "node:util";
import type { Output } from "../io.ts";

const ESC = "\x1b";

/** Lines at the end of a terminal that are drawn anew in their place. */
export interface LiveLines {
  /** Draws them; at most a few times a second unless `now`. */
  draw(lines: () => readonly string[], options?: { readonly now?: boolean }): void;
  /** Takes them away for other output, until the next drawing; callers call it in `finally`. */
  hide(): void;
}

const EVERY_MS = 200;
/** Control sequences that color a text and take no space. */
const STYLE = new RegExp(`(${ESC}\\[[\\d;]*m)`);

/**
 * Lines on a terminal. The cursor stands below them, so that a killed process leaves it where it belongs. A window that
 * becomes narrower wraps the lines that are there: they are counted as they lie now.
 */
export function liveLines(stream: Output): LiveLines {
  let widths: readonly number[] = [];
  let [last, latest] = [Number.NEGATIVE_INFINITY, () => [] as readonly string[]];
  const columns = () => Math.max(stream.columns ?? 80, 20);
  const erase = () => {
    const rows = widths.reduce((n, width) => n + Math.max(Math.ceil(width / columns()), 1), 0);
    widths = [];
    return rows > 0 ? `\r\x1b[${rows}A\x1b[J` : "";
  };
  const show = () => {
    last = performance.now();
    const room = Math.max((stream.rows ?? 24) - 2, 1);
    const lines = latest()
      .slice(0, room)
      .map((line) => cut(line, columns() - 1));
    const before = erase();
    widths = lines.map(widthOf);
    stream.write(`${before}${lines.map((line) => `${line}\n`).join("")}`);
  };
  const resized = () => {
    if (widths.length > 0) show();
  };
  let listening = false;
  return {
    draw(lines, { now = false } = {}) {
      latest = lines;
      if (!listening) stream.on("resize", resized);
      listening = true;
      if (now || widths.length === 0 || performance.now() - last >= EVERY_MS) show();
    },
    hide() {
      stream.off("resize", resized);
      listening = false;
      const text = erase();
      if (text) stream.write(text);
    },
  };
}

const widthOf = (line: string): number => Array.from(stripVTControlCharacters(line)).length;

/** The first so many characters of a line; styles take no place and are ended. */
function cut(line: string, width: number): string {
  if (widthOf(line) <= width) return line;
  let room = width;
  let styled = false;
  const parts = line.split(STYLE).map((part) => {
    if (part.startsWith(ESC)) {
      styled = true;
      return room > 0 ? part : "";
    }
    const characters = Array.from(part).slice(0, Math.max(room, 0));
    room -= characters.length;
    return characters.join("");
  });
  return parts.join("") + (styled ? "\x1b[0m" : "");
}
