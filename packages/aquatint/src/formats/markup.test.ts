import fc from "fast-check";
import { parseHTML } from "linkedom";
import sharp from "sharp";
import { expect, test } from "vitest";
import { escapedMarkup, xmlCharacters } from "./markup.ts";

/** Any code units: control characters, lone surrogates and all. */
const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map((u) => String.fromCharCode(...u));
const text = fc.oneof(
  units,
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom("]]>", "<![CDATA[", "&amp;", "<!--", "\0", "\u0007bell", "\ufffe\uffff", "\ud800", "'\"<>&"),
);
/** XML 1.0, section 2.2, by code points. */
const isAllowed = (c: number) =>
  [0x9, 0xa, 0xd].includes(c) || (c >= 0x20 && c <= 0xd7ff) || (c >= 0xe000 && c <= 0xfffd) || c >= 0x10000;

test("only characters that XML allows are left, each of the others is one visible mark", () => {
  fc.assert(
    fc.property(text, (any) => {
      const expected = Array.from(any, (c) => (isAllowed(c.codePointAt(0)!) ? c : "\ufffd")).join("");
      expect(xmlCharacters(any)).toBe(expected);
      expect(escapedMarkup(any)).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
      expect(escapedMarkup(any).replaceAll(/&#?\w+;/g, "")).not.toContain("&");
    }),
    { numRuns: 500 },
  );
});

test("a parser reads the same text back, as content and as an attribute", () => {
  fc.assert(
    fc.property(text, (any) => {
      const { document } = parseHTML(
        `<svg><text id="t" title="${escapedMarkup(any)}">${escapedMarkup(any)}</text></svg>`,
      );
      const element = document.getElementById("t")!;
      const plain = (s: string) => s.replaceAll("\r\n", "\n").replaceAll("\r", "\n");
      expect(plain(element.textContent ?? "")).toBe(plain(xmlCharacters(any)));
      expect(plain(element.getAttribute("title") ?? "")).toBe(plain(xmlCharacters(any)));
    }),
    { numRuns: 200 },
  );
});

test("an XML parser accepts SVG with any text", async () => {
  await fc.assert(
    fc.asyncProperty(text, async (any) => {
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><text>${escapedMarkup(any)}</text></svg>`;
      expect((await sharp(Buffer.from(svg)).metadata()).width).toBe(8);
    }),
    { numRuns: 100 },
  );
});
