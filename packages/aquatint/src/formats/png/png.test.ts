import fc from "fast-check";
import { encode } from "fast-png";
import { describe, expect, test } from "vitest";
import { codeOf } from "../../../test/code-of.ts";
import type { Image } from "../image/image.ts";
import { crc32, joinChunks, readChunks } from "./chunks.ts";
import { decodePng, encodePng } from "./png.ts";

const ramp = (channels: 3 | 4): Image => ({
  width: 5,
  height: 3,
  channels,
  data: Uint8Array.from({ length: 15 * channels }, (_, i) => i * 4),
});
const text = { parameters: "a fox in snow\nSteps: 20, Seed: 7", prompt: "雪の中の狐 🦊", author: "Zoë" };
const file = encodePng({ ...ramp(3), text });

test.each([3, 4] as const)("an image of %i channels comes back", (channels) => {
  expect(decodePng(encodePng(ramp(channels)))).toEqual({ ...ramp(channels), text: {} });
});

test("texts come back: Latin-1 in tEXt, others in iTXt", () => {
  expect(decodePng(file).text).toEqual(text);
  expect(readChunks(file).map(({ type }) => type)).toEqual(["IHDR", "tEXt", "iTXt", "tEXt", "IDAT", "IEND"]);
});

test("keywords and texts that PNG cannot hold are refused", () => {
  for (const keyword of ["", " a", "a ", "a  b", "狐", "x".repeat(80)]) {
    expect(codeOf(() => encodePng({ ...ramp(3), text: { [keyword]: "x" } }))).toBe("png/keyword");
  }
  expect(codeOf(() => encodePng({ ...ramp(3), text: { a: "\0" } }))).toBe("png/text");
});

test("the checksum is CRC-32", () => {
  expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
});

describe("other kinds of PNG become 8-bit RGB or RGBA:", () => {
  test("gray of 2 bits, the last of a row padded", () => {
    const { channels, data } = decodePng(
      encode({ width: 3, height: 1, channels: 1, depth: 2, data: Uint8Array.of(0b00011100) }),
    );
    expect([channels, ...data]).toEqual([3, 0, 0, 0, 85, 85, 85, 255, 255, 255]);
  });
  test("gray with alpha", () => {
    const { channels, data } = decodePng(encode({ width: 1, height: 1, channels: 2, data: Uint8Array.of(7, 9) }));
    expect([channels, ...data]).toEqual([4, 7, 7, 7, 9]);
  });
  test("16 bits, rounded", () => {
    const samples = Uint16Array.of(0, 65535, 32768);
    expect([...decodePng(encode({ width: 1, height: 1, channels: 3, depth: 16, data: samples })).data]).toEqual([
      0, 255, 128,
    ]);
  });
  test("a palette with transparency", () => {
    const palette = [
      [1, 2, 3, 0],
      [4, 5, 6, 128],
    ];
    const { channels, data } = decodePng(
      encode({ width: 2, height: 1, channels: 1, palette, data: Uint8Array.of(1, 0) }),
    );
    expect([channels, ...data]).toEqual([4, 4, 5, 6, 128, 1, 2, 3, 0]);
  });
  test("one transparent color", () => {
    const key = { type: "tRNS", data: Uint8Array.of(0, 1, 0, 2, 0, 3) };
    const [header, ...rest] = readChunks(
      encode({ width: 3, height: 1, channels: 3, data: Uint8Array.of(1, 2, 3, 4, 5, 6, 1, 2, 4) }),
    );
    expect([...decodePng(joinChunks([header!, key, ...rest])).data]).toEqual([1, 2, 3, 0, 4, 5, 6, 255, 1, 2, 4, 255]);
  });
});

describe("decodePng refuses", () => {
  const [header, ...rest] = readChunks(encodePng(ramp(3)));
  const withHeader = (at: number, value: number) => {
    const data = header!.data.slice();
    new DataView(data.buffer).setUint8(at, value);
    return joinChunks([{ type: "IHDR", data }, ...rest]);
  };
  test.each([
    ["another format", new TextEncoder().encode("GIF89a"), "not-png"],
    ["a cut file", file.subarray(0, file.length - 4), "truncated"],
    ["a wrong checksum", file.with(40, file[40]! ^ 1), "corrupt"],
    ["no header", joinChunks(rest), "corrupt"],
    ["two headers", joinChunks([header!, header!, ...rest]), "corrupt"],
    ["an impossible depth", withHeader(8, 3), "corrupt"],
    ["an index without a palette", withHeader(9, 3), "corrupt"],
    ["an image of no width", withHeader(3, 0), "corrupt"],
    ["an image larger than its data", withHeader(7, 200), "corrupt"],
    ["an image beyond the budget", withHeader(0, 0x7f), "too-large"],
  ])("%s", (_, bytes, code) => {
    expect(codeOf(() => decodePng(bytes))).toBe(`png/${code}`);
  });

  test("more pixels than asked for", () => {
    expect(codeOf(() => decodePng(file, { maxPixels: 14 }))).toBe("png/too-large");
  });

  test("mutated chunks with a typed error, or reads them", () => {
    const chunks = readChunks(file);
    const mutation = fc.record({ chunk: fc.nat(chunks.length - 2), at: fc.nat(60), byte: fc.nat(255) });
    const codes = new Set<string>();
    const check = (list: readonly { chunk: number; at: number; byte: number }[]) => {
      const changed = chunks.map(({ type, data }, i) => {
        const copy = data.slice();
        for (const { at, byte } of list.filter(({ chunk }) => chunk === i)) copy[at % copy.length] = byte;
        return { type, data: copy };
      });
      codes.add(codeOf(() => decodePng(joinChunks(changed), { maxPixels: 10_000 })));
    };
    fc.assert(fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), check), { numRuns: 1000 });
    expect([...codes]).toEqual(expect.arrayContaining(["read", "png/corrupt", "png/too-large"]));
  });
});
