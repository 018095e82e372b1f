import { expect, test } from "vitest";
import { memorySize, noticeText } from "./memory.ts";

test.each([
  ["4GB", 4e9],
  ["512mb", 512e6],
  ["1.5 GiB", 1.5 * 2 ** 30],
  ["2MiB", 2 ** 21],
])("%s are %d bytes", (text, bytes) => {
  expect(memorySize("--max-memory")(text)).toBe(bytes);
});

test.each(["4", "4 TB", "0GB", "-1GB", "many", "", "1e3GB"])('"%s" is refused', (text) => {
  expect(() => memorySize("--max-memory")(text)).toThrow("--max-memory: expected an amount of memory");
});

test("a retry is told in a sentence", () => {
  const event = { type: "retry", part: "vae", from: "float16", to: "float32", nonFinite: 3, of: 12 } as const;
  expect(noticeText(event)).toContain("(3 of 12 values are NaN or infinite)");
});
