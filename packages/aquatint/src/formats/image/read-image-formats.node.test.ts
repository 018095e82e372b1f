import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { pngFile } from "../../../test/png-file.ts";
import { AquatintError } from "../../errors.ts";
import { decodeImage, readImage } from "./read-image.node.ts";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "aquatint-formats-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Red above and blue below at the left, green above and white below at the right, in fields of 16 x 24 pixels. */
const fields = (): Sharp =>
  sharp(
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="32" height="48"><rect width="16" height="24" fill="#f00"/>
      <rect x="16" width="16" height="24" fill="#0f0"/><rect y="24" width="16" height="24" fill="#00f"/>
      <rect x="16" y="24" width="16" height="24" fill="#fff"/></svg>`,
    ),
  ).removeAlpha();
const encoders: Readonly<Record<string, (image: Sharp) => Sharp>> = {
  jpeg: (image) => image.jpeg({ quality: 100, chromaSubsampling: "4:4:4" }),
  "progressive jpeg": (image) => image.jpeg({ quality: 100, progressive: true, chromaSubsampling: "4:4:4" }),
  webp: (image) => image.webp({ lossless: true }),
  tiff: (image) => image.tiff({ compression: "lzw" }),
  avif: (image) => image.avif({ quality: 90, chromaSubsampling: "4:4:4", effort: 0 }),
  png: (image) => image.png(),
};
const read = async (image: Sharp) => decodeImage(await image.toBuffer(), { name: "an image" });
/** The letters of the colors in the middle of an image's four fields, row by row. */
function colors({
  width,
  height,
  channels,
  data,
}: {
  width: number;
  height: number;
  channels: number;
  data: Uint8Array;
}) {
  const letter = (x: number, y: number) => {
    const at = channels * (Math.floor(y * height) * width + Math.floor(x * width));
    const bits = [0, 1, 2].map((c) => Number(data[at + c]! > 127)).join("");
    return { "100": "r", "010": "g", "001": "b", "111": "w" }[bits] ?? bits;
  };
  return [letter(0.25, 0.25), letter(0.75, 0.25), letter(0.25, 0.75), letter(0.75, 0.75)].join("");
}

describe.each(Object.entries(encoders))("%s:", (_, encode) => {
  test("is read as RGB", async () => {
    const image = await read(encode(fields()));
    expect(image).toMatchObject({ width: 32, height: 48, channels: 3, notes: [] });
    expect(image.data.length).toBe(32 * 48 * 3);
    expect(colors(image)).toBe("rgbw");
  });
  test.each([
    [1, "rgbw"],
    [2, "grwb"],
    [3, "wbgr"],
    [4, "bwrg"],
    [5, "rbgw"],
    [6, "brwg"],
    [7, "wgbr"],
    [8, "gwrb"],
  ])("orientation %i is turned upright", async (orientation, upright) => {
    const image = await read(encode(fields()).withMetadata({ orientation }));
    expect(colors(image)).toBe(upright);
    expect([image.width, image.height]).toEqual(orientation > 4 ? [48, 32] : [32, 48]);
  });
});

/** A TIFF file of one pixel without compression; its samples are zeros. */
function tiffFile(kind: { bits: number; photometric: number; format: number; samples: number }): Uint8Array {
  const tags = [
    ...[
      [256, 1],
      [257, 1],
      [258, kind.bits],
      [259, 1],
      [262, kind.photometric],
      [273, 200],
      [277, kind.samples],
    ],
    ...[
      [278, 1],
      [279, (kind.samples * kind.bits) / 8],
      [339, kind.format],
    ],
  ] as const;
  const file = new DataView(new ArrayBuffer(216));
  file.setUint32(0, 0x4d4d002a);
  file.setUint32(4, 8);
  file.setUint16(8, tags.length);
  for (const [i, [tag, value]] of (tags as readonly (readonly [number, number])[]).entries()) {
    const at = 10 + 12 * i;
    file.setUint16(at, tag);
    file.setUint16(at + 2, 3);
    file.setUint32(at + 4, 1);
    file.setUint16(at + 8, value);
  }
  return new Uint8Array(file.buffer);
}

describe("colors that are not RGB of 8 bits:", () => {
  const gray = (depth: "uchar" | "ushort") =>
    sharp(Buffer.from(Uint8Array.of(0, 100, 200, 255)), { raw: { width: 2, height: 2, channels: 1 } }).toColorspace(
      depth === "ushort" ? "grey16" : "b-w",
    );
  test("a gray JPEG has three equal channels", async () => {
    const { channels, data } = await read(gray("uchar").resize(16, 16, { kernel: "nearest" }).jpeg({ quality: 100 }));
    expect([channels, data.length]).toEqual([3, 3 * 256]);
    for (let i = 0; i < data.length; i += 3) expect(new Set(data.subarray(i, i + 3)).size).toBe(1);
    expect([data[0], data.at(-1)]).toEqual([0, 255]);
  });
  test("a gray TIFF of 16 bits keeps its brightness", async () => {
    const { channels, data } = await read(gray("ushort").tiff({ compression: "lzw" }));
    expect([channels, ...data]).toEqual([3, 0, 0, 0, 100, 100, 100, 200, 200, 200, 255, 255, 255]);
  });
  test("an RGB TIFF of 16 bits keeps its colors", async () => {
    const { channels, data } = await read(fields().toColorspace("rgb16").tiff({ compression: "lzw" }));
    expect([channels, data.length]).toEqual([3, 3 * 32 * 48]);
    expect([...data.subarray(0, 3)]).toEqual([255, 0, 0]);
  });
  test.each([
    ["floats", { bits: 32, photometric: 1, format: 3, samples: 1 }, 'numbers of the kind "float"'],
    ["Y, Cb and Cr", { bits: 8, photometric: 6, format: 1, samples: 3 }, "Y, Cb and Cr without JPEG"],
  ])("a TIFF of %s is refused, as its white would be another", async (_, kind, says) => {
    await expect(decodeImage(tiffFile(kind), { name: "a.tif" })).rejects.toMatchObject({
      code: "image/unsupported",
      message: expect.stringContaining(says),
    });
  });
  test("a CMYK JPEG has the colors that it prints", async () => {
    const image = await read(fields().toColorspace("cmyk").jpeg({ quality: 100 }));
    expect([image.channels, image.data.length]).toEqual([3, 3 * 32 * 48]);
    // green is none that inks can print
    expect(colors(image)).toMatch(/^r.+bw$/);
    expect(Math.min(...image.data.subarray(-3))).toBeGreaterThan(250);
  });
  test("alpha is kept where something is transparent, and only there", async () => {
    const half = sharp({ create: { width: 4, height: 4, channels: 4, background: { r: 9, g: 8, b: 7, alpha: 0.5 } } });
    expect(await read(half.webp({ lossless: true }))).toMatchObject({ channels: 4 });
    expect(await read(fields().ensureAlpha().webp({ lossless: true }))).toMatchObject({ channels: 3 });
    expect(await read(fields().ensureAlpha().png())).toMatchObject({ channels: 3 });
  });
});

test.each(["gif", "webp"] as const)("of an animated %s the first frame is read, and that is said", async (format) => {
  const data = Buffer.concat([Buffer.alloc(192, 255), Buffer.alloc(192, 0)]);
  const frames = sharp(data, { raw: { width: 8, height: 16, channels: 3, pageHeight: 8 } });
  const image = await read(format === "gif" ? frames.gif({ loop: 0 }) : frames.webp({ lossless: true }));
  expect(image).toMatchObject({ width: 8, height: 8, notes: ["the first of its 2 frames is used"] });
  expect(image.data.every((v) => v === 255)).toBe(true);
});

test.each([
  [1, 1],
  [1, 4000],
  [4000, 1],
])("an image of %i x %i pixels is read", async (width, height) => {
  const plain = sharp({ create: { width, height, channels: 3, background: "#336699" } });
  for (const encode of [encoders["webp"]!, encoders["png"]!, encoders["jpeg"]!]) {
    expect(await read(encode(plain.clone()))).toMatchObject({ width, height, channels: 3 });
  }
});

test("an SVG is drawn in its own size", async () => {
  const svg = `<?xml version="1.0"?>\n<!-- a red square -->\n<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><rect width="20" height="10" fill="red"/></svg>`;
  const { width, height, data } = await decodeImage(Buffer.from(svg), { name: "a.svg" });
  expect([width, height, ...data.subarray(0, 3)]).toEqual([20, 10, 255, 0, 0]);
});

test("the content says what a file is, whatever its name", async () => {
  const path = join(dir, "really-webp.png");
  await writeFile(path, await fields().webp({ lossless: true }).toBuffer());
  expect(colors(await readImage(path))).toBe("rgbw");
});

const box = (brands: string) => Buffer.concat([Buffer.of(0, 0, 0, 8 + brands.length), Buffer.from(`ftyp${brands}`)]);
const html = "<!DOCTYPE html><html><body>404</body></html>";
const refused: readonly (readonly [what: string, bytes: Uint8Array, code: string, says: RegExp])[] = [
  ["an empty file", Buffer.of(), "image/unsupported", /is an empty file/],
  ["a HEIC photo", box("heic\0\0\0\0mif1heic"), "image/unsupported", /is a HEIC image.*\n.*save it as JPEG/],
  ["another HEIF image", box("mif1\0\0\0\0mif1heix"), "image/unsupported", /is a HEIC image/],
  ["a video", box("isom\0\0\0\0isommp42"), "image/unsupported", /is a video/],
  ["a BMP image", Buffer.from("BM\x46\0\0\0"), "image/unsupported", /is a BMP image/],
  ["JPEG XL", Buffer.of(0xff, 0x0a, 1, 2), "image/unsupported", /is a JPEG XL image/],
  ["a page that a download gave", Buffer.from(html), "image/unsupported", /is an HTML page.*\n.*the image itself/],
  ["a pointer", Buffer.from("version https://git-lfs.github.com/spec/v1\n"), "image/unsupported", /git lfs pull/],
  ["a text", Buffer.from("a cat\n"), "image/unsupported", /is a text file/],
  ["noise", Buffer.of(1, 2, 3, 4, 5), "image/unknown", /cannot be read as an image: its content is of no known kind/],
  ["an SVG that is cut", Buffer.from("<svg><rect"), "image/unknown", /cannot be read as an SVG image/],
];
test.each(refused)("%s is refused by name", async (_, bytes, code, says) => {
  const error = await decodeImage(bytes, { name: "photo.png" }).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(AquatintError);
  const { code: actual, message, hint } = error as AquatintError;
  expect(actual).toBe(code);
  expect(`${message}\n${hint}`).toMatch(says);
  expect(message).toContain("photo.png");
});

test.each(Object.entries(encoders))("a %s that is cut off is refused", async (_, encode) => {
  const bytes = await encode(
    sharp(Buffer.from(Uint8Array.from({ length: 3 * 4096 }, (_, i) => Math.imul(i, 2654435761) >>> 24)), {
      raw: { width: 64, height: 64, channels: 3 },
    }),
  ).toBuffer();
  for (const share of [0.02, 0.5, 0.8]) {
    const cut = decodeImage(bytes.subarray(0, Math.ceil(bytes.length * share)), { name: "cut" });
    await expect(cut, String(share)).rejects.toThrow(AquatintError);
  }
});

test("a folder is refused as one", async () => {
  const path = join(dir, "folder.png");
  await mkdir(path);
  await expect(readImage(path)).rejects.toMatchObject({ code: "file/is-folder" });
});

test("more pixels than the limit are refused before they are unpacked", async () => {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="30000" height="30000"></svg>`;
  await expect(decodeImage(Buffer.from(svg), { name: "a.svg" })).rejects.toMatchObject({ code: "image/too-large" });
  const bytes = await fields().webp().toBuffer();
  await expect(decodeImage(bytes, { name: "a", maxPixels: 1000 })).rejects.toMatchObject({ code: "image/too-large" });
  await expect(decodeImage(await fields().png().toBuffer(), { name: "a", maxPixels: 1000 })).rejects.toMatchObject({
    code: "png/too-large",
  });
});

test("without sharp PNG files are read, upright, and others say what is missing", async () => {
  vi.doMock("sharp", () => {
    throw new Error("not installed");
  });
  vi.resetModules();
  const without = await import("./read-image.node.ts");
  const png = await fields().png().withMetadata({ orientation: 6 }).toBuffer();
  expect(colors(await without.decodeImage(png, { name: "a.png" }))).toBe("brwg");
  const jpeg = await fields().jpeg().toBuffer();
  await expect(without.decodeImage(jpeg, { name: "a.jpg" })).rejects.toMatchObject({ code: "image/no-sharp" });
  const interlaced = pngFile({ width: 1, height: 1, colorType: 0, depth: 1, samples: [1], interlaced: true });
  await expect(without.decodeImage(interlaced, { name: "a" })).rejects.toMatchObject({ code: "png/unsupported" });
  vi.doUnmock("sharp");
});
