import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { codeOf } from "../../../test/code-of.ts";
import { encodeSafetensors, parseHeader, parseSafetensors, type RawTensors } from "./safetensors.ts";

const ascii = (text: string) => new TextEncoder().encode(text);
const example: RawTensors = new Map([
  ["bias", { dtype: "F16", shape: [3], data: Uint8Array.of(1, 2, 3, 4, 5, 6) }],
  ["empty", { dtype: "F32", shape: [0, 4], data: new Uint8Array(0) }],
  ["scalar", { dtype: "I64", shape: [], data: Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0) }],
  ["weight", { dtype: "F32", shape: [1, 2], data: new Uint8Array(8).fill(7) }],
]);
const bytes = encodeSafetensors(example, { format: "pt" });

/** A file with this header text and `size` bytes of tensors. */
function file(header: string, size = 0): Uint8Array {
  const json = ascii(header);
  const out = new Uint8Array(8 + json.length + size);
  new DataView(out.buffer).setUint32(0, json.length, true);
  out.set(json, 8);
  return out;
}
const tensor = (begin: number, end: number, shape = "[1]", dtype = "F32") =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`;

describe("encodeSafetensors", () => {
  test("writes what parseSafetensors reads", () => {
    const { metadata, tensors } = parseSafetensors(bytes);
    expect(metadata).toEqual({ format: "pt" });
    expect(Object.fromEntries(tensors)).toEqual(Object.fromEntries(example));
  });

  test("sorts by width and name and pads the header to 8 bytes, like the reference implementation", () => {
    const text = new TextDecoder().decode(bytes.subarray(8));
    const header =
      '{"__metadata__":{"format":"pt"},"scalar":{"dtype":"I64","shape":[],"data_offsets":[0,8]},' +
      '"empty":{"dtype":"F32","shape":[0,4],"data_offsets":[8,8]},"weight":{"dtype":"F32","shape":[1,2],' +
      '"data_offsets":[8,16]},"bias":{"dtype":"F16","shape":[3],"data_offsets":[16,22]}}';
    expect(text.startsWith(header.padEnd(Math.ceil(header.length / 8) * 8, " "))).toBe(true);
    expect(bytes).toHaveLength(8 + Math.ceil(header.length / 8) * 8 + 22);
  });

  test("refuses data that does not fit its shape", () => {
    const wrong: RawTensors = new Map([["w", { dtype: "F32", shape: [2], data: new Uint8Array(4) }]]);
    expect(codeOf(() => encodeSafetensors(wrong))).toBe("safetensors/size");
  });

  test("parseHeader gives absolute places, from the head of the file alone", () => {
    const start = bytes.length - 22;
    const { tensors } = parseHeader(bytes.subarray(0, start), bytes.length);
    expect(tensors.get("weight")).toEqual({ dtype: "F32", shape: [1, 2], offset: start + 8, length: 8 });
  });
});

describe("parseSafetensors refuses", () => {
  const cases: readonly (readonly [what: string, bytes: Uint8Array, code: string])[] = [
    ["an empty file", new Uint8Array(0), "truncated"],
    ["a file cut in its header", bytes.subarray(0, 40), "truncated"],
    ["a file cut in its tensors", bytes.subarray(0, bytes.length - 1), "truncated"],
    ["bytes after the last tensor", Uint8Array.of(...bytes, 0), "trailing"],
    ["a zip made by torch.save", ascii("PK\x03\x04\x00\x00\x08\x08 archive/data.pkl"), "checkpoint/pickle"],
    ["a bare pickle", Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20), "checkpoint/pickle"],
    ["a Git LFS pointer", ascii("version https://git-lfs.github.com/spec/v1\n"), "not-safetensors"],
    ["a web page", ascii("<!DOCTYPE html><html>"), "not-safetensors"],
    ["other bytes", ascii("some text that is no model"), "not-safetensors"],
    ["broken JSON", file('{"a":'), "json"],
    ["bytes that are not UTF-8", file('{"\u0000').fill(0xff, 9), "json"],
    ["a name given twice", file(`{"a":${tensor(0, 4)},"\\u0061":${tensor(4, 8)}}`, 8), "duplicate"],
    [
      "a field given twice",
      file(`{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4),
      "duplicate",
    ],
    ["metadata that is no text", file('{"__metadata__":{"n":1}}'), "metadata"],
    ["an unknown dtype", file(`{"a":${tensor(0, 4, "[1]", "F31")}}`, 4), "dtype"],
    ["a dtype of Object's own", file(`{"a":${tensor(0, 4, "[1]", "toString")}}`, 4), "dtype"],
    ["a negative size", file(`{"a":${tensor(0, 4, "[-1]")}}`, 4), "shape"],
    ["a size beyond 2^53", file(`{"a":${tensor(0, 4, "[4294967296,4294967296]")}}`, 4), "shape"],
    ["a fractional offset", file(`{"a":${tensor(0.5, 4.5)}}`, 5), "offsets"],
    ["offsets that go backwards", file(`{"a":${tensor(4, 0)}}`, 4), "offsets"],
    ["a size that differs from the shape's", file(`{"a":${tensor(0, 8)}}`, 8), "size"],
    ["an overlap", file(`{"a":${tensor(0, 4)},"b":${tensor(2, 6)}}`, 6), "overlap"],
    ["a gap", file(`{"a":${tensor(0, 4)},"b":${tensor(6, 10)}}`, 10), "gap"],
    ["an unknown field", file('{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4],"x":1}}', 4), "header"],
  ];
  test.each(cases)("%s", (_, input, code) => {
    expect(codeOf(() => parseSafetensors(input))).toBe(code.includes("/") ? code : `safetensors/${code}`);
  });

  test("a pickle in words that say why and what to do", () => {
    const error = (() => {
      try {
        return parseSafetensors(ascii("PK\x03\x04 and more of it"), { name: "model.ckpt" });
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({ message: expect.stringMatching(/^model.ckpt: .*pickle.*run any code/) });
    expect(error).toMatchObject({ hint: expect.stringContaining(".safetensors") });
  });

  test("no file whose header length only looks like a pickle", () => {
    const header = `{"a":${tensor(0, 4)}}`.padEnd(0x280, " "); // the file begins with 80 02
    expect(parseSafetensors(file(header, 4)).tensors.size).toBe(1);
  });
});

describe("property", () => {
  const mutation = fc.record({
    at: fc.nat(bytes.length - 1),
    byte: fc.oneof(fc.nat(255), fc.constantFrom(...ascii('0123456789[]{}",:-e.\\'))),
    kind: fc.constantFrom("replace", "insert", "remove", "cut"),
  });
  const mutated = fc.array(mutation, { minLength: 1, maxLength: 4 }).map((list) => {
    const out = [...bytes];
    for (const { at, byte, kind } of list) {
      if (kind === "cut") out.length = Math.min(out.length, at);
      else out.splice(at, kind === "insert" ? 0 : 1, ...(kind === "remove" ? [] : [byte]));
    }
    return Uint8Array.from(out);
  });

  test("a mutated file is read or refused with a typed error", () => {
    const codes = new Set<string>();
    fc.assert(
      fc.property(mutated, (input) => void codes.add(codeOf(() => parseSafetensors(input)))),
      { numRuns: 4000 },
    );
    expect(codes).toContain("read");
    expect(codes.size).toBeGreaterThan(5);
  });

  test("any tensors come back as they were", () => {
    const tensor = fc.record({ n: fc.nat(5), dtype: fc.constantFrom("F32", "F16", "U8", "I64") });
    const sizes = { F32: 4, F16: 2, U8: 1, I64: 8 } as const;
    const anyTensors = fc
      .dictionary(
        fc.string().filter((name) => name !== "__metadata__"),
        tensor,
      )
      .map(
        (record) =>
          new Map(
            Object.entries(record).map(([name, { n, dtype }]) => [
              name,
              { dtype, shape: [n], data: new Uint8Array(n * sizes[dtype]).fill(n) },
            ]),
          ) satisfies RawTensors,
      );
    fc.assert(
      fc.property(anyTensors, (tensors) => {
        expect(Object.fromEntries(parseSafetensors(encodeSafetensors(tensors)).tensors)).toEqual(
          Object.fromEntries(tensors),
        );
      }),
    );
  });
});
