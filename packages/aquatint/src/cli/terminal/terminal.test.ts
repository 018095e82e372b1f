import { expect, test } from "vitest";
import { capturedIo } from "../../../test/captured-io.ts";
import type { Io } from "../io.ts";
import { renderImage, renderThumbnails, supportsImages } from "./terminal.ts";

const terminal = (columns: number, env: Io["env"] = { COLORTERM: "truecolor" }, isTTY = true) => {
  const { stdout: stream } = capturedIo({ cwd: ".", isTTY, columns }).io;
  return { stream, env };
};
const cell = (upper: string, lower: string) => `\x1b[38;2;${upper}m\x1b[48;2;${lower}m▀\x1b[49m\x1b[39m`;

test.each([
  [true, { COLORTERM: "truecolor" }, true],
  [true, { TERM: "xterm-256color" }, true],
  [true, { TERM: "xterm" }, false],
  [true, { TERM: "dumb", COLORTERM: "truecolor" }, false],
  [true, { COLORTERM: "truecolor", NO_COLOR: "1" }, false],
  [false, { COLORTERM: "truecolor" }, false],
  [false, { FORCE_COLOR: "3" }, false],
])("isTTY %j with %j shows images: %j", (isTTY, env, expected) => {
  expect(supportsImages(terminal(80, env, isTTY))).toBe(expected);
});

test("two pixels share a character, and an odd last row stands alone", () => {
  const data = Uint8Array.from([255, 0, 0, /**/ 0, 255, 0, /**/ 0, 0, 255]);
  const text = renderImage({ width: 1, height: 3, channels: 3, data }, terminal(1));
  expect(text).toBe(`${cell("255;0;0", "0;255;0")}\n\x1b[38;2;0;0;255m▀\x1b[39m\n`);
});

test("a small image is enlarged by a whole factor", () => {
  const data = Uint8Array.from([9, 9, 9, 1, 2, 3]);
  const text = renderImage({ width: 2, height: 1, channels: 3, data }, terminal(5));
  expect(text).toBe(`${cell("9;9;9", "9;9;9").repeat(2)}${cell("1;2;3", "1;2;3").repeat(2)}\n`);
});

test("an image wider than the terminal is shrunk to the means of its squares", () => {
  const data = Uint8Array.from([0, 0, 0, 100, 100, 100, 50, 50, 50, 250, 250, 250 /* transparent */]);
  const text = renderImage({ width: 2, height: 2, channels: 3, data }, terminal(1));
  expect(text).toBe("\x1b[38;2;100;100;100m▀\x1b[39m\n");
});

test("thumbnails stand side by side in two rows; what does not fit is left out", () => {
  const plain = (level: number) =>
    ({ width: 2, height: 2, channels: 3, data: new Uint8Array(12).fill(level) }) as const;
  const dot = (level: number) => `${level};${level};${level}`;
  const row = (left: number, right: number) =>
    `${cell(dot(left), dot(left)).repeat(2)}${cell(dot(64), dot(64))}${cell(dot(right), dot(right)).repeat(2)}\n`;
  const text = renderThumbnails([plain(1), plain(2), plain(3), plain(4), plain(5)], terminal(7));
  expect(text).toBe(row(1, 2) + row(3, 4));
});

test("thumbnails of large images are shrunk, and of an odd height end at a whole line", () => {
  const data = new Uint8Array(30 * 30 * 3).fill(9);
  const text = renderThumbnails([{ width: 30, height: 30, channels: 3, data }], terminal(80));
  expect(text.split("\n")).toHaveLength(9);
  expect(text.split("\n")[0]!.match(/▀/g)).toHaveLength(15);
  expect(renderThumbnails([], terminal(80))).toBe("");
});
