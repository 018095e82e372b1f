import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { codeOf } from "../../../test/code-of.ts";
import { type PngParts, pngFile, samplesOf } from "../../../test/png-file.ts";
import { decodeImage } from "../image/read-image.node.ts";
import type { PngChunk } from "./chunks.ts";
import { decodePng } from "./png.ts";

const [WIDTH, HEIGHT] = [11, 9];
const types: readonly (readonly [PngParts["colorType"], PngParts["depth"]])[] = [
  ...([1, 2, 4, 8, 16] as const).map((depth) => [0, depth] as const),
  ...([1, 2, 4, 8] as const).map((depth) => [3, depth] as const),
  ...([2, 4, 6] as const).flatMap((colorType) => [[colorType, 8] as const, [colorType, 16] as const]),
];
const kinds = types.flatMap(([colorType, depth]) =>
  [false, true].map((interlaced) => ({ colorType, depth, interlaced })),
);
const palette = Array.from({ length: 256 }, (_, i) => [i, 255 - i, (i * 37) & 255]);
const chunk = (type: string, bytes: readonly number[]): PngChunk => ({ type, data: Uint8Array.from(bytes) });
const paletteChunk = (depth: number) => chunk("PLTE", palette.slice(0, 2 ** depth).flat());

/** An image of a type, and what it shows as RGB or RGBA. */
function sample({ colorType, depth, interlaced }: (typeof kinds)[number], size = { width: WIDTH, height: HEIGHT }) {
  const channels = samplesOf[colorType];
  const count = size.width * size.height * channels;
  const samples = Array.from({ length: count }, (_, i) => (Math.imul(i + 1, 0x9e3779b1) >>> 0) % 2 ** depth);
  const eight = (v: number) => Math.round((v * 255) / (2 ** depth - 1));
  const pixelValues = Array.from({ length: size.width * size.height }, (_, p) => {
    const pixel = samples.slice(p * channels, (p + 1) * channels);
    if (colorType === 3) return palette[pixel[0]!]!;
    const [v, alpha] = pixel.map(eight);
    return channels === 1 ? [v!, v!, v!] : channels === 2 ? [v!, v!, v!, alpha!] : pixel.map(eight);
  }).flat();
  const before = colorType === 3 ? [paletteChunk(depth)] : [];
  return { file: pngFile({ ...size, colorType, depth, samples, interlaced, before }), samples, pixelValues, channels };
}

describe.each(kinds)("color type $colorType, $depth bits, interlaced $interlaced:", (kind) => {
  test("shows what was written", async () => {
    const { file, pixelValues } = sample(kind);
    const image = await decodeImage(file, { name: "a.png" });
    expect([image.width, image.height, image.channels * WIDTH * HEIGHT]).toEqual([WIDTH, HEIGHT, pixelValues.length]);
    expect(Array.from(image.data)).toEqual(pixelValues);
  });

  test.each([
    [1, 1],
    [1, 5],
    [5, 1],
    [2, 3],
  ])("of %i x %i pixels too", async (width, height) => {
    const { file, pixelValues } = sample(kind, { width, height });
    const { channels, data } = await decodeImage(file, { name: "a.png" });
    // an alpha that is 255 everywhere says nothing
    const pixels = pixelValues.length / width / height;
    const opaque = pixels === 4 && channels === 3;
    expect(Array.from(data)).toEqual(opaque ? pixelValues.filter((_, i) => i % 4 !== 3) : pixelValues);
  });

  test("without sharp it shows that, or says that it is interlaced", () => {
    const { file, pixelValues } = sample(kind);
    if (kind.interlaced && kind.depth < 8) expect(codeOf(() => decodePng(file))).toBe("png/unsupported");
    else expect(Array.from(decodePng(file).data)).toEqual(pixelValues);
  });
});

describe("transparency by a chunk:", () => {
  const alphaOf = (data: Uint8Array) => Array.from(data).filter((_, i) => i % 4 === 3);
  test.each([1, 2, 4, 8, 16] as const)("one gray level of %i bits", (depth) => {
    const top = 2 ** depth - 1;
    const before = [chunk("tRNS", [top >> 8, top & 255])];
    const file = pngFile({ width: 2, height: 1, colorType: 0, depth, samples: [0, top], before });
    expect(alphaOf(decodePng(file).data)).toEqual([255, 0]);
  });
  test.each([8, 16] as const)("one color of %i bits, in an image of a single pixel too", (depth) => {
    const before = [chunk("tRNS", [0, 7, 0, 8, 0, 9])];
    const rest = { height: 1, colorType: 2, depth, before } as const;
    expect(alphaOf(decodePng(pngFile({ ...rest, width: 2, samples: [7, 8, 9, 7, 8, 8] })).data)).toEqual([0, 255]);
    expect(alphaOf(decodePng(pngFile({ ...rest, width: 1, samples: [7, 8, 9] })).data)).toEqual([0]);
  });
  test.each([1, 2, 4, 8] as const)("a palette of %i bits, of whose entries the first has alpha", (depth) => {
    const before = [paletteChunk(depth), chunk("tRNS", [9])];
    const file = pngFile({ width: 2, height: 1, colorType: 3, depth, samples: [1, 0], before });
    expect(Array.from(decodePng(file).data)).toEqual([...palette[1]!, 255, ...palette[0]!, 9]);
  });
  test("is ignored in an image that has alpha", () => {
    const before = [chunk("tRNS", [0, 1, 0, 2, 0, 3])];
    const file = pngFile({ width: 1, height: 1, colorType: 6, depth: 8, samples: [1, 2, 3, 200], before });
    expect(Array.from(decodePng(file).data)).toEqual([1, 2, 3, 200]);
  });
});

test("16 bits of four samples count twice toward the limit", () => {
  const { file } = sample({ colorType: 6, depth: 16, interlaced: false });
  expect(codeOf(() => decodePng(file, { maxPixels: 2 * WIDTH * HEIGHT - 2 }))).toBe("png/too-large");
  expect(codeOf(() => decodePng(file, { maxPixels: 2 * WIDTH * HEIGHT }))).toBe("read");
});

test("gamma, chromaticities, significant bits, a broken profile and unknown chunks change nothing", async () => {
  const profile = [...Buffer.from("broken\0\0"), ...deflateSync(Buffer.from("no profile"))];
  const before = [
    chunk("gAMA", [0, 0, 0xb1, 0x8f]),
    chunk("cHRM", Array(32).fill(1)),
    chunk("sBIT", [5, 6, 5]),
    chunk("iCCP", profile),
    chunk("pHYs", [0, 0, 11, 19, 0, 0, 11, 19, 1]),
    chunk("prVt", [1, 2, 3]),
  ];
  const file = pngFile({ width: 1, height: 1, colorType: 2, depth: 8, samples: [10, 20, 30], before });
  const image = await decodeImage(file, { name: "a.png" });
  expect([image.notes, ...image.data]).toEqual([['its color profile "broken" is not applied'], 10, 20, 30]);
});

test("of an animation the default image is read, and that is said", async () => {
  const frame = deflateSync(Uint8Array.of(0, 200, 200, 200));
  const before = [chunk("acTL", [0, 0, 0, 2, 0, 0, 0, 0]), chunk("fcTL", Array(26).fill(0))];
  const after = [chunk("fcTL", Array(26).fill(0)), chunk("fdAT", [0, 0, 0, 1, ...frame])];
  const file = pngFile({ width: 1, height: 1, colorType: 2, depth: 8, samples: [1, 2, 3], before, after });
  expect(await decodeImage(file, { name: "a.png" })).toMatchObject({
    data: Uint8Array.of(1, 2, 3),
    notes: ["the first of its 2 frames is used"],
  });
});

describe("the orientation of an eXIf chunk", () => {
  const tiff = (value: number, big: boolean) => {
    const bytes = new DataView(new ArrayBuffer(26));
    bytes.setUint16(0, big ? 0x4d4d : 0x4949);
    bytes.setUint16(2, 42, !big);
    bytes.setUint32(4, 8, !big);
    bytes.setUint16(8, 1, !big);
    for (const [at, v] of [
      [10, 274],
      [12, 3],
      [18, value],
    ] as const)
      bytes.setUint16(at, v, !big);
    bytes.setUint32(14, 1, !big);
    return Array.from(new Uint8Array(bytes.buffer));
  };
  /** The levels of a gray image of 2 x 3 pixels, 1 2 / 3 4 / 5 6 as stored, row by row when it is upright. */
  const turned = (exif: readonly number[], where: "before" | "after") => {
    const rest = { [where]: [chunk("eXIf", exif)] };
    const { width, data } = decodePng(
      pngFile({ width: 2, height: 3, colorType: 0, depth: 8, samples: [1, 2, 3, 4, 5, 6], ...rest }),
    );
    return [width, ...data.filter((_, i) => i % 3 === 0)];
  };
  test("is read from ImageMagick's text, too, packed or not, and a broken one changes nothing", async () => {
    const rest = { width: 2, height: 3, colorType: 0, depth: 8, samples: [1, 2, 3, 4, 5, 6] } as const;
    const profile = (exif: readonly number[]) =>
      `\nexif\n      ${exif.length}\n${Buffer.from(exif).toString("hex").replace(/.{72}/g, "$&\n")}\n`;
    const keyword = [...Buffer.from("Raw profile type exif\0")];
    const plain = (text: string) => chunk("tEXt", [...keyword, ...Buffer.from(text)]);
    const packed = (text: string) => chunk("zTXt", [...keyword, 0, ...deflateSync(Buffer.from(text))]);
    const exif = [...Buffer.from("Exif\0\0"), ...tiff(6, true)];
    const read = async (...before: PngChunk[]) => {
      const { width, data } = await decodeImage(pngFile({ ...rest, before }), { name: "a.png" });
      return [width, ...data.filter((_, i) => i % 3 === 0)];
    };
    for (const write of [plain, packed]) expect(await read(write(profile(exif)))).toEqual([3, 5, 3, 1, 6, 4, 2]);
    expect(await read(plain("\nexif\n 3\nxyz"))).toEqual([2, 1, 2, 3, 4, 5, 6]);
    expect(await read(chunk("zTXt", [...keyword, 0, 1, 2]))).toEqual([2, 1, 2, 3, 4, 5, 6]);
    // where both stand, eXIf alone counts
    expect(await read(plain(profile(exif)), chunk("eXIf", tiff(1, true)))).toEqual([2, 1, 2, 3, 4, 5, 6]);
  });
  test.each([
    [1, [2, 1, 2, 3, 4, 5, 6]],
    [2, [2, 2, 1, 4, 3, 6, 5]],
    [3, [2, 6, 5, 4, 3, 2, 1]],
    [4, [2, 5, 6, 3, 4, 1, 2]],
    [5, [3, 1, 3, 5, 2, 4, 6]],
    [6, [3, 5, 3, 1, 6, 4, 2]],
    [7, [3, 6, 4, 2, 5, 3, 1]],
    [8, [3, 2, 4, 6, 1, 3, 5]],
    [9, [2, 1, 2, 3, 4, 5, 6]],
  ])("%i turns it upright", (orientation, expected) => {
    expect(turned(tiff(orientation, true), "before")).toEqual(expected);
    expect(turned(tiff(orientation, false), "after")).toEqual(expected);
    expect(turned([...Buffer.from("Exif\0\0"), ...tiff(orientation, true)], "before")).toEqual(expected);
  });
});
