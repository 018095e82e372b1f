import { expect, test } from "vitest";
import { commentText } from "./text-encoding.ts";

const mark = (text: string) => Buffer.from(text.padEnd(8, "\0"), "latin1");
const text = "naïve 猫 🐈, Steps: 20";
const le = Buffer.from(text, "utf16le");
const be = Buffer.from(text, "utf16le").swap16();

test.each<[string, Uint8Array]>([
  ["UTF-16, big-endian", Buffer.concat([mark("UNICODE"), be])],
  ["UTF-16, little-endian", Buffer.concat([mark("UNICODE"), le])],
  ["UTF-16 with a byte order mark", Buffer.concat([mark("UNICODE"), Buffer.from([0xff, 0xfe]), le])],
  ["UTF-16 with the other byte order mark", Buffer.concat([mark("UNICODE"), Buffer.from([0xfe, 0xff]), be])],
  ["UTF-16 that is padded with zeros", Buffer.concat([mark("UNICODE"), be, Buffer.alloc(8)])],
  ["UTF-8 behind the mark of UTF-16, as EXIF 3 has it", Buffer.concat([mark("UNICODE"), Buffer.from(text)])],
  [
    "UTF-8 with a byte order mark",
    Buffer.concat([mark("UNICODE"), Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)]),
  ],
  ["UTF-8 behind the mark of ASCII", Buffer.concat([mark("ASCII"), Buffer.from(text)])],
  ["UTF-8 behind no mark of the eight", Buffer.concat([mark(""), Buffer.from(text)])],
  ["UTF-8 without a mark", Buffer.from(text)],
  ["UTF-16 without a mark", le],
  ["a mark that is UTF-16, too", Buffer.concat([Buffer.from("UNICODE\0", "utf16le"), le])],
])("%s", (_, bytes) => {
  expect(commentText(bytes)).toBe(text);
});

test("Japanese behind the mark of JIS, and Latin-1 that is no UTF-8", () => {
  const jis = Buffer.concat([mark("JIS"), Buffer.from("\x1b$BG-\x1b(B cat", "latin1")]);
  expect(commentText(jis)).toBe("猫 cat");
  expect(commentText(Buffer.concat([mark("ASCII"), Buffer.from("café", "latin1")]))).toBe("café");
});
