import { expect, test } from "vitest";
import { capturedIo } from "../../../test/captured-io.ts";
import { liveLines } from "./live-region.ts";

const open = (columns: number, rows = 24) => {
  const { io, err } = capturedIo({ cwd: ".", isTTY: true, columns });
  const stream = Object.assign(io.stderr, { columns, rows });
  return { stream, live: liveLines(stream), output: err };
};
const now = { now: true };

test("lines are drawn in the place of those before, and taken away", () => {
  const { live, output } = open(40);
  live.draw(() => ["a", "b"], now);
  live.draw(() => ["c"], now);
  live.hide();
  live.hide();
  expect(output()).toBe("a\nb\n\r\x1b[2A\x1b[Jc\n\r\x1b[1A\x1b[J");
});

test("they are drawn a few times a second at most", () => {
  const { live, output } = open(40);
  for (let i = 0; i < 5; i++) live.draw(() => [`${i}`]);
  expect(output()).toBe("0\n");
});

test("they are cut at the terminal's width without cutting styles, and at its height", () => {
  const { live, output } = open(21, 4);
  live.draw(() => [`\x1b[1m${"x".repeat(15)}\x1b[22m${"y".repeat(15)}`, "second", "third"], now);
  expect(output()).toBe(`\x1b[1m${"x".repeat(15)}\x1b[22m${"y".repeat(5)}\x1b[0m\nsecond\n`);
});

test("a window that becomes narrower wraps what is there: all of it is taken away", () => {
  const { stream, live, output } = open(80);
  live.draw(() => ["z".repeat(50)], now);
  Object.assign(stream, { columns: 30 }).emit("resize");
  expect(output()).toBe(`${"z".repeat(50)}\n\r\x1b[2A\x1b[J${"z".repeat(29)}\n`);
  live.hide();
  expect(stream.listenerCount("resize")).toBe(0);
});
