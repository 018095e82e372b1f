import { describe, expect, test } from "vitest";
import { movingClip } from "../../../test/moving-clip.ts";
import { AquatintError } from "../../errors.ts";
import { concatBytes } from "../../util/concat.ts";
import { imageTexts, withTexts } from "../image/file-texts.ts";
import type { Image } from "../image/image.ts";
import { joinChunks, type PngChunk, readChunks } from "../png/chunks.ts";
import { encodePng } from "../png/png.ts";
import { encodeApng } from "./animation/apng.ts";
import { gifFrameCount } from "./animation/gif-blocks.ts";
import { decodeApng } from "./animation/read-apng.ts";
import { averageRate, frameTimes } from "./clip.ts";
import { boxBytes } from "./mp4-boxes.ts";

const ascii = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const u32 = (...values: readonly number[]) => {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (const [i, value] of values.entries()) view.setUint32(4 * i, value);
  return new Uint8Array(view.buffer);
};

describe("times of frames", () => {
  test.each([
    [10, 15, 100],
    [16, 8, 100],
    [100, 24, 100],
    [7, 29.97, 1000],
  ])("%i frames at %d a second in units of 1/%i add up, and none is off by a unit", (count, fps, units) => {
    const times = frameTimes(count, fps, units);
    expect(Math.abs(times.reduce((sum, time) => sum + time, 0) - (count * units) / fps)).toBeLessThanOrEqual(0.5);
    for (const time of times) expect(Math.abs(time - units / fps)).toBeLessThan(1);
  });
  test("an average over frames of several lengths", () => {
    expect(averageRate([100, 300])).toBe(5);
    expect(averageRate([0, 0])).toBeUndefined();
  });
});

/** An animation of 2 x 1 pixels: each frame's place, what becomes of it, how it is laid, and its RGBA pixels. */
function animation(frames: readonly (readonly [x: number, dispose: number, blend: number, pixels: number[]])[]) {
  const chunks: PngChunk[] = [];
  let sequence = 0;
  for (const [i, [x, dispose, blend, pixels]] of frames.entries()) {
    const width = pixels.length / 4;
    const [header, ...rest] = readChunks(encodePng({ width, height: 1, channels: 4, data: Uint8Array.from(pixels) }));
    if (i === 0) chunks.push(header!, { type: "acTL", data: u32(frames.length, 0) });
    const times = Uint8Array.of(0, 1, 0, 10, dispose, blend);
    chunks.push({ type: "fcTL", data: concatBytes([u32(sequence++, width, 1, x, 0), times]) });
    for (const { type, data } of rest) {
      if (type !== "IDAT") continue;
      chunks.push(i === 0 ? { type, data } : { type: "fdAT", data: concatBytes([u32(sequence++), data]) });
    }
  }
  return joinChunks([...chunks, { type: "IEND", data: new Uint8Array() }]);
}

describe("frames of an animated PNG", () => {
  const [red, blue, none, half] = [
    [255, 0, 0, 255],
    [0, 0, 255, 255],
    [0, 0, 0, 0],
    [0, 255, 0, 128],
  ] as const;
  const pixels = (file: Uint8Array) => decodeApng(file).frames.map(({ data }) => [...data]);
  const first = [0, 0, 0, [...red, ...red]] as const;

  test("are laid where they belong", () => {
    expect(pixels(animation([[...first] as never, [1, 0, 0, [...blue]]]))).toEqual(
      [
        [...red, ...red],
        [...red, ...blue],
      ].map((p) => p.filter((_, i) => i % 4 !== 3)),
    );
  });
  test("replace what is there, or are laid over it", () => {
    const [, over] = pixels(animation([[...first] as never, [1, 0, 1, [...half]]]));
    expect(over).toEqual([255, 0, 0, 127, 128, 0]);
    const [, replaced] = pixels(animation([[...first] as never, [1, 0, 0, [...half]]]));
    expect(replaced).toEqual([...red, ...half]);
  });
  test("are cleared, or what was there before comes back", () => {
    const frames = (dispose: number) =>
      pixels(animation([[...first] as never, [1, dispose, 0, [...blue]], [0, 0, 1, [...none, ...none]]]));
    expect(frames(1)[2]).toEqual([...red, ...none]);
    expect(frames(2)[2]?.slice(0, 3)).toEqual(red.slice(0, 3));
    expect(frames(2).at(-1)).toHaveLength(6);
  });
  test("take a whole fraction of a second where they can", () => {
    expect(decodeApng(encodeApng(movingClip({ count: 3, fps: 12 }))).delays).toEqual([1000 / 12, 1000 / 12, 1000 / 12]);
  });
});

const gif = concatBytes([
  ...[ascii("GIF89a"), Uint8Array.of(1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255)],
  ...[ascii("!\xfe\x05hello\0"), ascii(",\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;")],
]);
/** A metadata box: QuickTime's keys in the index, with their values. */
const keyed = (name: string, text: string) => {
  const keys = boxBytes("keys", u32(0, 1), boxBytes("mdta", ascii(name)));
  const item = boxBytes("\0\0\0\x01", boxBytes("data", u32(1, 0), ascii(text)));
  return boxBytes("meta", u32(0), boxBytes("hdlr", new Uint8Array(24)), keys, boxBytes("ilst", item));
};
const mp4 = (...inside: readonly Uint8Array[]) =>
  concatBytes([boxBytes("ftyp", ascii("isom")), boxBytes("moov", ...inside), boxBytes("mdat", ascii("frames"))]);

describe("texts of others", () => {
  test("GIF's comment", async () => {
    expect(await imageTexts(gif)).toEqual({ Comment: "hello" });
    expect(gifFrameCount(gif)).toBe(1);
  });
  test("a comment of JSON in MP4, and keys of QuickTime, as savers of ComfyUI write them", async () => {
    const graph = '{"3":{"class_type":"KSampler"}}';
    const comment = JSON.stringify({ prompt: graph, workflow: { nodes: [] } });
    const tag = boxBytes("ilst", boxBytes("\xa9cmt", boxBytes("data", u32(1, 0), ascii(comment))));
    const user = boxBytes("udta", boxBytes("meta", u32(0), boxBytes("hdlr", new Uint8Array(25)), tag));
    expect(await imageTexts(mp4(user))).toMatchObject({ prompt: graph, workflow: '{"nodes":[]}' });
    expect(await imageTexts(mp4(keyed("prompt", graph)))).toEqual({ prompt: graph });
  });
});

test("a file that is cut off anywhere is refused, or gives what is whole; nothing else is thrown", async () => {
  const texts = { aquatint: "{}", parameters: "x" };
  for (const file of [
    withTexts(gif, texts),
    withTexts(mp4(), texts),
    mp4(keyed("prompt", "x")),
    encodeApng(movingClip({ width: 4, height: 4, count: 2 })),
  ]) {
    for (let length = 12; length < file.length; length++) {
      const read = async () => imageTexts(file.subarray(0, length));
      await read().catch((error) => expect(error).toBeInstanceOf(AquatintError));
    }
  }
});

test("frames beyond the canvas, without an image, or none at all are refused", () => {
  const image: Image = { width: 2, height: 2, channels: 3, data: new Uint8Array(12) };
  expect(() => decodeApng(encodePng(image))).toThrow(/still image/);
  const chunks = readChunks(encodeApng({ fps: 8, frames: [image, image] }));
  const changed = (edit: (chunk: PngChunk) => PngChunk | undefined) =>
    joinChunks(chunks.flatMap((chunk) => edit(chunk) ?? []));
  const beyond = (chunk: PngChunk) => (chunk.type === "fcTL" ? { ...chunk, data: chunk.data.with(15, 1) } : chunk);
  expect(() => decodeApng(changed(beyond))).toThrow(/beyond its canvas/);
  expect(() => decodeApng(changed((chunk) => (chunk.type === "fdAT" ? undefined : chunk)))).toThrow(/no image/);
});
