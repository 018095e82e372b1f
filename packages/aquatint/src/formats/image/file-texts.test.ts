import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { AquatintError } from "../../errors.ts";
import { sha256 } from "../hash.node.ts";
import { imageMetadata } from "../metadata/index.ts";
import { encodeImage, imageFormatOf, imageFormats } from "./encode.node.ts";
import { imageTexts, withTexts } from "./file-texts.ts";
import type { Image } from "./image.ts";

const image: Image = {
  width: 17,
  height: 9,
  channels: 3,
  data: Uint8Array.from({ length: 17 * 9 * 3 }, (_, i) => (i * 7) & 255),
};
const texts = {
  aquatint: JSON.stringify({ prompt: "雪の中の狐 🦊, café", seed: 7 }),
  parameters: "雪の中の狐 🦊, café\nNegative prompt: blur\nSteps: 20, Sampler: Euler a, Seed: 7, Size: 17x9",
};
const formats = Object.entries(imageFormats);
const pixels = async (bytes: Uint8Array) => (await sharp(bytes).raw().toBuffer()).toString("hex");

describe.each(formats)("%s", (_, format) => {
  test("carries the web UI's text and the recipe, and shows the same image as without them", async () => {
    const [bare, full] = await Promise.all([encodeImage(image, { format }), encodeImage(image, { format, texts })]);
    expect(await imageTexts(bare)).toEqual({});
    const read = await imageTexts(full);
    expect(read["aquatint"]).toBe(texts.aquatint);
    expect(read["parameters"] ?? read["UserComment"]).toBe(texts.parameters);
    expect(imageMetadata(read)).toMatchObject({ source: "aquatint", seed: 7 });
    expect(imageMetadata({ ...read, aquatint: "" })).toMatchObject({ source: "a1111", steps: 20, width: 17 });
    expect(await pixels(full)).toBe(await pixels(bare));
    expect(await sharp(full).metadata()).toMatchObject({ width: 17, height: 9 });
  });

  test("is chosen by a name's ending", () => {
    for (const extension of format.extensions) {
      expect(imageFormatOf(`a.b${extension.toUpperCase()}`)).toBe(format);
    }
  });
});

test("EXIF is a block that others read: libvips, and the web UI's encoding of the comment", async () => {
  const { exif } = await sharp(await encodeImage(image, { format: imageFormats.jpeg, texts })).metadata();
  expect(exif?.subarray(0, 8).toString("latin1")).toBe("Exif\0\0MM");
  const at = exif!.indexOf("UNICODE\0");
  expect(
    Buffer.from(exif!.subarray(at + 8))
      .swap16()
      .toString("utf16le"),
  ).toBe(texts.parameters);
});

test("quality 100 of WebP keeps every pixel, also of a transparent image; a lower one makes smaller files", async () => {
  const { webp, jpeg } = imageFormats;
  expect(await pixels(await encodeImage(image, { format: webp, quality: 100, texts }))).toBe(
    Buffer.from(image.data).toString("hex"),
  );
  const clear = { width: 2, height: 1, channels: 4, data: Uint8Array.of(1, 2, 3, 255, 9, 9, 9, 128) } as const;
  const bytes = await encodeImage(clear, { format: webp, quality: 100, texts });
  expect(await pixels(bytes)).toBe(Buffer.from(clear.data).toString("hex"));
  const [small, large] = await Promise.all([10, 95].map((quality) => encodeImage(image, { format: jpeg, quality })));
  expect(small!.length).toBeLessThan(large!.length);
});

test("a text that JPEG cannot hold is refused, where PNG and WebP hold it", async () => {
  const long = { ...texts, parameters: "x".repeat(40_000) };
  await expect(encodeImage(image, { format: imageFormats.jpeg, texts: long })).rejects.toMatchObject({
    code: "image/texts",
    hint: expect.stringContaining("--no-metadata"),
  });
  for (const format of [imageFormats.png, imageFormats.webp]) {
    const read = await imageTexts(await encodeImage(image, { format, texts: long }));
    expect(read["parameters"] ?? read["UserComment"]).toBe(long.parameters);
  }
});

test("texts that are written twice are those of the second time in WebP, and the first one's in the others stay", async () => {
  const again = { ...texts, aquatint: JSON.stringify({ seed: 8 }) };
  const twice = withTexts(await encodeImage(image, { format: imageFormats.webp, texts }), again);
  expect((await imageTexts(twice))["aquatint"]).toBe(again.aquatint);
  expect(await sharp(twice).metadata()).toMatchObject({ width: 17, height: 9 });
});

test("a model's hash is SHA-256, of several files as of one, and follows a file that changes", async () => {
  const dir = await mkdtemp(join(tmpdir(), "aquatint-hash-"));
  const [a, b] = [join(dir, "a"), join(dir, "b")];
  await writeFile(a, "weights");
  await writeFile(b, " and more");
  const expected = (text: string) => createHash("sha256").update(text).digest("hex");
  expect(await sha256([a])).toBe(expected("weights"));
  expect(await sha256([a, b])).toBe(expected("weights and more"));
  await writeFile(a, "other weights");
  expect(await sha256([a])).toBe(expected("other weights"));
  await rm(dir, { recursive: true });
  await expect(sha256([a])).rejects.toMatchObject({ code: "file/missing" });
});

/** Changes of a file: bytes replaced, put in, taken out, or all from a place on; lengths are among the first 120 bytes. */
const changes = fc.array(
  fc.record({
    at: fc.oneof(fc.nat(120), fc.nat(2000)),
    byte: fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)),
    kind: fc.constantFrom("replace", "replace", "replace", "insert", "remove", "cut"),
  }),
  { minLength: 1, maxLength: 6 },
);
type Change = { readonly at: number; readonly byte: number; readonly kind: string };

function changed(bytes: Uint8Array, list: readonly Change[]): Uint8Array {
  const out = [...bytes];
  for (const { at, byte, kind } of list) {
    const position = at % Math.max(out.length, 1);
    if (kind === "cut") out.length = position;
    else out.splice(position, kind === "insert" ? 0 : 1, ...(kind === "remove" ? [] : [byte]));
  }
  return Uint8Array.from(out);
}

/** The error for each kind of file when its first or its second half is missing: JPEG's texts come first in it. */
const refusals: Readonly<Record<string, readonly [first: string, second: string]>> = {
  png: ["image/unknown", "png/truncated"],
  jpeg: ["image/unknown", "read"],
  webp: ["image/unknown", "image/truncated"],
};

test.each(formats)("%s: half a file is refused with the reason, unless the texts are whole", async (name, format) => {
  const bytes = await encodeImage(image, { format, texts });
  const middle = bytes.length >> 1;
  const codes = [bytes.subarray(middle), bytes.subarray(0, middle)].map((half) =>
    imageTexts(half).then(
      () => "read",
      (error: unknown) => (error instanceof AquatintError ? error.code : String(error)),
    ),
  );
  expect(await Promise.all(codes)).toEqual(refusals[name]);
});

test.each(formats)(
  "%s: 3,000 mutated files are read or refused with a typed error, and what is read is a recipe or none",
  async (_, format) => {
    const bytes = await encodeImage(image, { format, texts });
    const codes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        try {
          imageMetadata(await imageTexts(changed(bytes, list)));
          codes.add("read");
        } catch (error) {
          if (!(error instanceof AquatintError)) throw error;
          codes.add(error.code);
        }
      }),
      { numRuns: 3000 },
    );
    expect(codes).toContain("read");
    expect(codes.size).toBeGreaterThan(1);
    const kinds = [...codes].filter((code) => code !== "read").map((code) => code.split("/")[0]);
    expect(kinds.filter((kind) => kind !== "png" && kind !== "image")).toEqual([]);
  },
  120_000,
);
