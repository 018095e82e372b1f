import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openDataset } from "../dataset.node.ts";
import type { Dataset } from "../dataset.ts";
import type { FolderTruth } from "./kind.ts";

let folder: string;
const put = async (file: string, bytes: Uint8Array | string): Promise<void> => {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await writeFile(join(folder, file), bytes);
};
const [RED, BLUE] = ["rgb(255,0,0)", "rgb(0,0,255)"];

/** Left half red, right half blue. */
const halves = (width: number, height: number) =>
  sharp(
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="${BLUE}"/><rect width="50%" height="100%" fill="${RED}"/></svg>`,
    ),
  );
const open = async (config: object = {}) =>
  (await openDataset({
    name: "captioned-folder",
    folder,
    size: 16,
    held_out_share: 0,
    ...config,
  })) as Dataset<FolderTruth>;

/** The stream's samples of one file: its caption and its pixels' colors, each 0 .. 255, by channel. */
async function samplesOf(dataset: Dataset<FolderTruth>, file: string, count = 40) {
  const size = dataset.size[0];
  const { images, truths, captions } = await dataset.stream({ seed: 1 }).next(count);
  const at = truths.flatMap((truth, i) => (truth.file === file ? [i] : []));
  const pixel = (i: number, x: number, y: number) =>
    [0, 1, 2].map((c) => Math.round((images[((3 * i + c) * size + y) * size + x]! + 1) * 127.5));
  return at.map((i) => ({ caption: captions[i]!, pixel: (x: number, y: number) => pixel(i, x, y) }));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aquatint-folder-"));
  await put("wide.png", await halves(64, 32).png().toBuffer());
  await put("wide.txt", "a wide flag\n\na red and blue flag\n");
  await put(
    "deep/er/turned.jpg",
    await halves(40, 40).jpeg({ quality: 100 }).withMetadata({ orientation: 3 }).toBuffer(),
  );
  await put(
    "deep/clear.webp",
    await sharp({ create: { width: 20, height: 20, channels: 4, background: "#0000" } })
      .webp({ lossless: true })
      .toBuffer(),
  );
  const rows = [
    { file_name: "er/turned.jpg", text: "a turned flag" },
    { file_name: "clear.webp", text: ["nothing", "glass"], extra: 1 },
    { file_name: "gone.png", text: "gone" },
    { file_name: "../../outside.png", text: "outside" },
    { text: "no name" },
  ];
  await put("deep/metadata.jsonl", `${rows.map((row) => JSON.stringify(row)).join("\n")}\nno json\n`);
  await put("tall.gif", await halves(16, 48).gif().toBuffer());
  await put("tall.txt", "a tall flag");
  await put("mute.png", await halves(8, 8).png().toBuffer());
  await put("torn.png", (await halves(400, 400).png({ compressionLevel: 0 }).toBuffer()).subarray(0, 3000));
  await put("torn.txt", "torn");
  await put("liar.png", "this is a text");
  await put("liar.txt", "liar");
  await put("huge.png", await halves(1500, 1000).png().toBuffer());
  await put("huge.txt", "huge");
  await put("notes.md", "not an image");
  await symlink(join(folder, "wide.png"), join(folder, "link.png"));
});
afterAll(() => rm(folder, { recursive: true }));

test("what can be used and what cannot is counted, with reasons", async () => {
  const dataset = await open({ max_megapixels: 1 });
  expect(dataset.report).toEqual({
    counts: { train: 4, "held-out": 0 },
    skipped: [
      {
        reason: 'lines of metadata.jsonl without "file_name" and "text"',
        count: 2,
        files: ["deep/metadata.jsonl:5", "deep/metadata.jsonl:6"],
      },
      { reason: "named in metadata.jsonl, and not there", count: 2, files: ["../outside.png", "deep/gone.png"] },
      { reason: "without a caption", count: 2, files: ["link.png", "mute.png"] },
      { reason: "larger than 1 megapixels", count: 1, files: ["huge.png"] },
      { reason: "not PNG, JPEG, WebP, AVIF, GIF, TIFF or SVG", count: 1, files: ["liar.png"] },
      { reason: "not readable as an image", count: 1, files: ["torn.png"] },
    ],
    contents: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect([...dataset.captions()].sort()).toEqual(
    ["a tall flag", "a turned flag", "a wide flag", "a red and blue flag", "glass", "nothing"].sort(),
  );
  const bytes = await open({ max_megabytes: 0.0005 });
  expect(bytes.report!.skipped.find(({ reason }) => reason === "larger than 0.0005 megabytes")!.count).toBeGreaterThan(
    1,
  );
});

test("a folder without anything to use says what it found, one that is missing says so", async () => {
  await put("empty/mute.png", await halves(8, 8).png().toBuffer());
  await expect(open({ folder: join(folder, "empty") })).rejects.toMatchObject({
    code: "data/no-images",
    message: expect.stringContaining("1 without a caption"),
  });
  await rm(join(folder, "empty"), { recursive: true });
  await expect(open({ folder: join(folder, "nowhere") })).rejects.toMatchObject({ code: "file/missing" });
});

describe("images", () => {
  test("fill the frame with their middle, and say one of their captions", async () => {
    const samples = await samplesOf(await open(), "wide.png");
    expect(new Set(samples.map((s) => s.caption))).toEqual(new Set(["a wide flag", "a red and blue flag"]));
    expect(samples[0]!.pixel(0, 8)).toEqual([255, 0, 0]);
    expect(samples[0]!.pixel(15, 8)).toEqual([0, 0, 255]);
    expect(samples[0]!.pixel(4, 0)).toEqual([255, 0, 0]);
    expect(samples[0]!.pixel(11, 15)).toEqual([0, 0, 255]);
  });

  test("are padded with the ground where that is asked for", async () => {
    const [wide] = await samplesOf(await open({ fit: "pad", ground: [0, 255, 0] }), "wide.png");
    expect([wide!.pixel(0, 0), wide!.pixel(8, 3), wide!.pixel(1, 8), wide!.pixel(14, 11), wide!.pixel(3, 12)]).toEqual([
      [0, 255, 0],
      [0, 255, 0],
      [255, 0, 0],
      [0, 0, 255],
      [0, 255, 0],
    ]);
  });

  test("stand upright, as their EXIF says", async () => {
    const [turned] = await samplesOf(await open(), "deep/er/turned.jpg");
    expect(turned!.pixel(2, 8)[2]).toBeGreaterThan(240);
    expect(turned!.pixel(13, 8)[0]).toBeGreaterThan(240);
  });

  test("lie on the ground where they are transparent", async () => {
    const [clear] = await samplesOf(await open({ ground: [10, 20, 30] }), "deep/clear.webp");
    expect(clear!.pixel(5, 5)).toEqual([10, 20, 30]);
  });

  test("are flipped half the time, and cropped and zoomed at random, if that is asked for", async () => {
    const flipped = await samplesOf(await open({ flip: true }), "wide.png", 200);
    const reds = flipped.filter((s) => s.pixel(0, 8)[0] === 255).length;
    expect(reds / flipped.length).toBeGreaterThan(0.25);
    expect(reds / flipped.length).toBeLessThan(0.75);
    const edge = (s: (typeof flipped)[number]) =>
      Array.from({ length: 16 }, (_, x) => s.pixel(x, 8)[0]! > 127).indexOf(false);
    const cropped = await samplesOf(await open({ crop: "random", zoom: 1.5 }), "wide.png", 200);
    expect(new Set(cropped.map(edge)).size).toBeGreaterThan(6);
    expect(new Set((await samplesOf(await open(), "wide.png", 200)).map(edge))).toEqual(new Set([8]));
  });
});

describe("files as people have them", () => {
  let odd: string;
  const all = async (config: object = {}) => {
    const dataset = await open({ folder: odd, ...config });
    return { dataset, first: await samplesOf(dataset, "only.png", 1) };
  };
  const only = async (image: Uint8Array, name = "only.png") => {
    odd = await mkdtemp(join(tmpdir(), "aquatint-odd-"));
    await writeFile(join(odd, name), image);
    await writeFile(join(odd, `${name.replace(/\.\w+$/, "")}.txt`), "\ufeffit");
  };
  afterEach(() => rm(odd, { recursive: true }));

  test.each<[string, () => Promise<Uint8Array>, readonly number[]]>([
    ["gray", () => flat("#808080").grayscale().toColorspace("b-w").png().toBuffer(), [128, 128, 128]],
    ["of 16 bits", () => flat("#4080c0").toColorspace("rgb16").png().toBuffer(), [64, 128, 192]],
    ["with a palette", () => flat("#4080c0").png({ palette: true }).toBuffer(), [64, 128, 192]],
    ["half transparent", () => flat({ r: 0, g: 0, b: 200, alpha: 0.5 }).png().toBuffer(), [128, 128, 228]],
    ["smaller than the frame", () => flat("#4080c0", 3).png().toBuffer(), [64, 128, 192]],
  ])("%s", async (_, make, color) => {
    await only(await make());
    const { first } = await all();
    const pixel = first[0]!.pixel(8, 8);
    for (const [c, value] of color.entries()) expect(Math.abs(pixel[c]! - value), `${pixel}`).toBeLessThanOrEqual(2);
  });

  test("CMYK, and an ending in capitals", async () => {
    await only(await flat("#4080c0").toColorspace("cmyk").jpeg({ quality: 100 }).toBuffer(), "only.JPG");
    const dataset = await open({ folder: odd });
    const [sample] = await samplesOf(dataset, "only.JPG", 1);
    expect(sample!.caption).toBe("it");
    expect(sample!.pixel(8, 8)[2]! - sample!.pixel(8, 8)[0]!).toBeGreaterThan(60);
  });

  test.each<[number, string, readonly [number, number], readonly [number, number]]>([
    [6, "the top is red", [8, 2], [8, 13]],
    [8, "the bottom is red", [8, 13], [8, 2]],
  ])("lying on their side with EXIF orientation %i: %s", async (orientation, _, red, blue) => {
    await only(await halves(64, 32).png().withMetadata({ orientation }).toBuffer());
    const { first } = await all({ fit: "pad" });
    expect(first[0]!.pixel(...red)[0]).toBeGreaterThan(200);
    expect(first[0]!.pixel(...blue)[2]).toBeGreaterThan(200);
    expect(first[0]!.pixel(1, 8)).toEqual([255, 255, 255]); // upright, it is narrow
  });

  test("a text that is no UTF-8 is counted, and the others are used", async () => {
    await only(await flat("#4080c0").png().toBuffer());
    await writeFile(join(odd, "other.png"), await flat("#ff0000").png().toBuffer());
    await writeFile(join(odd, "other.txt"), Uint8Array.of(0xe4, 0x70, 0xff));
    const { dataset } = await all();
    expect(dataset.report).toEqual({
      counts: { train: 1, "held-out": 0 },
      skipped: [
        { reason: "texts that are not readable as UTF-8", count: 1, files: ["other.txt"] },
        { reason: "without a caption", count: 1, files: ["other.png"] },
      ],
      contents: expect.any(String),
    });
  });
});
const flat = (background: string | { r: number; g: number; b: number; alpha: number }, side = 20) =>
  sharp({ create: { width: side, height: side, channels: typeof background === "string" ? 3 : 4, background } });

test("streams are the same in whatever batches, and go on from a snapshot", async () => {
  const dataset = await open({ crop: "random", zoom: 1.5, flip: true });
  const full = await dataset.stream({ seed: 9 }).next(10);
  const stream = dataset.stream({ seed: 9 });
  const first = await stream.next(3);
  const again = (await open({ crop: "random", zoom: 1.5, flip: true })).stream({ seed: 0 });
  again.restore(JSON.parse(JSON.stringify(stream.snapshot())));
  const rest = await again.next(7);
  expect([...first.captions, ...rest.captions]).toEqual(full.captions);
  expect([...first.images, ...rest.images]).toEqual([...full.images]);
});

test("held-out images are held out by their names, whatever else is in the folder", async () => {
  const dataset = await open({ held_out_share: 0.5, max_megapixels: 1 });
  const { counts } = dataset.report!;
  expect(counts.train + counts["held-out"]).toBe(4);
  const files = async (split: "train" | "held-out") =>
    new Set((await dataset.stream({ seed: 1, split }).next(40)).truths.map((t) => t.file));
  const [train, heldOut] = [await files("train"), await files("held-out")];
  expect(train.size + heldOut.size).toBe(4);
  expect([...train].some((file) => heldOut.has(file))).toBe(false);
  await expect(async () => (await open()).stream({ seed: 1, split: "held-out" })).rejects.toThrow(
    "no images that are held-out",
  );
});
