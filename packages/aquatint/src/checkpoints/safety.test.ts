import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { codeOf } from "../../test/code-of.ts";
import { parseJsonObject } from "../formats/json.ts";
import { decodePng, encodePng } from "../formats/png/png.ts";
import { parseHeader } from "../formats/safetensors/header.ts";
import { encodeSafetensors, type RawTensors } from "../formats/safetensors/safetensors.ts";
import { embeddingOf } from "./embedding.ts";
import { memoryFiles } from "./files.ts";
import { unreadFile } from "./fixture.cases.ts";
import { identify } from "./identify.ts";
import { inspectFile } from "./inspect.ts";
import { openModel } from "./open.node.ts";
import { readTensors } from "./read.ts";
import { singleFileModel } from "./single-file/single-file.ts";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "aquatint-safety-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const ascii = (text: string) => new TextEncoder().encode(text);
const tensors: RawTensors = new Map([
  ["unet.mid.lora_A.weight", { dtype: "F16", shape: [2, 3], data: new Uint8Array(12) }],
  ["unet.mid.lora_B.weight", { dtype: "F32", shape: [3, 2], data: new Uint8Array(24) }],
  ["unet.mid.alpha", { dtype: "F32", shape: [], data: new Uint8Array(4) }],
]);
const valid = encodeSafetensors(tensors, { format: "pt" });
const header = new TextDecoder().decode(valid.subarray(8, 8 + new DataView(valid.buffer).getUint32(0, true))).trimEnd();

/** A file with this header and so many bytes after it. */
function file(json: string, size: number, length?: bigint): Uint8Array {
  const text = ascii(json);
  const bytes = new Uint8Array(8 + text.length + size);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const numbers = [
  "-1",
  "NaN",
  "Infinity",
  "1e308",
  "9007199254740993",
  "4294967296",
  "0.5",
  "null",
  '"4"',
  "[]",
  "-0",
  "01",
];
const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
/** One change of a header: of a number, a name, a dtype, a whole value, or a part that is repeated. */
const change = fc.oneof(
  fc.record({ at: fc.nat(12), by: fc.constantFrom(...numbers) }).map(({ at, by }) => (text: string) => {
    let n = 0;
    return text.replace(/\b\d+\b/g, (old) => (n++ === at ? by : old));
  }),
  fc
    .constantFrom("F8_E4M3", "F4", "BOOL", "I64", "constructor", "__proto__", "")
    .map((dtype) => (text: string) => text.replace(/"F(16|32)"/, `"${dtype}"`)),
  fc
    .constantFrom("__proto__", "unet.mid.alpha", "__metadata__", "\\ud800", "x".repeat(5000))
    .map((name) => (text: string) => text.replace("unet.mid.lora_A.weight", name)),
  fc.integer({ min: 3, max: 20_000 }).map((depth) => (text: string) => text.replace("[2,3]", nested(depth))),
  fc
    .integer({ min: -8, max: 8 })
    .map(
      (by) => (text: string) =>
        text.replace(/\[(\d+),(\d+)\](?=\}\}?$)/, (_, a, b) => `[${Number(a) + by},${Number(b) + by}]`),
    ),
  fc.constant((text: string) => text.replace(/"shape":(\[[\d,]*\])/, '"shape":$1,"shape":$1')),
  fc.tuple(fc.nat(header.length), fc.string({ maxLength: 6 })).map(
    ([at, extra]) =>
      (text: string) =>
        text.slice(0, at) + extra + text.slice(at),
  ),
);
const mutatedHeader = fc
  .record({ changes: fc.array(change, { minLength: 1, maxLength: 3 }), size: fc.constantFrom(0, 28, 39, 40, 41, 400) })
  .map(({ changes, size }) =>
    file(
      changes.reduce((text, f) => f(text), header),
      size,
    ),
  );
const mutatedBytes = fc
  .array(
    fc.record({
      at: fc.nat(valid.length - 1),
      byte: fc.nat(255),
      kind: fc.constantFrom("replace", "insert", "remove", "cut"),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((list) => {
    const out = [...valid];
    for (const { at, byte, kind } of list) {
      if (kind === "cut") out.length = Math.min(out.length, at);
      else out.splice(at, kind === "insert" ? 0 : 1, ...(kind === "remove" ? [] : [byte]));
    }
    return Uint8Array.from(out);
  });
const mutatedLength = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((length) => file(header, 40, length));

describe("mutated files", () => {
  test("20,000 are read or refused with a typed error, in messages of a sensible length and without blowing up the memory", () => {
    const codes = new Map<string, number>();
    const before = process.memoryUsage().rss;
    let longest = 0;
    const property = fc.property(fc.oneof(mutatedHeader, mutatedBytes, mutatedLength), (bytes) => {
      const code = codeOf(() => {
        try {
          const parsed = { file: unreadFile("/x"), header: parseHeader(bytes, bytes.length, { name: "x" }) };
          identify(parsed.header);
          inspectFile(parsed, { name: "x" });
        } catch (error) {
          if (error instanceof Error) longest = Math.max(longest, error.message.length);
          throw error;
        }
      });
      codes.set(code, (codes.get(code) ?? 0) + 1);
    });
    fc.assert(property, { numRuns: 20_000 });
    expect([...codes.values()].reduce((a, b) => a + b)).toBe(20_000);
    // which of the rare codes come is chance: safetensors.test.ts has a case of each
    const common = ["read", ...["json", "not-safetensors", "truncated"].map((kind) => `safetensors/${kind}`)];
    expect([...codes.keys()]).toEqual(expect.arrayContaining(common));
    expect(codes.size).toBeGreaterThan(8);
    expect(longest).toBeLessThan(1000);
    expect(process.memoryUsage().rss - before).toBeLessThan(1e9);
  }, 120_000);

  test("PNG: a mutated image is read or refused with a typed error", () => {
    const png = encodePng({
      width: 4,
      height: 4,
      channels: 3,
      data: new Uint8Array(48).fill(9),
      text: { parameters: "a fox" },
    });
    const codes = new Set<string>();
    const mutation = fc.array(fc.record({ at: fc.nat(png.length - 1), byte: fc.nat(255) }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(mutation, (list) => {
        const bytes = Uint8Array.from(png);
        for (const { at, byte } of list) bytes[at] = byte;
        codes.add(codeOf(() => decodePng(bytes)));
      }),
      { numRuns: 2000 },
    );
    expect(codes).toContain("png/corrupt");
  });

  test("JSON: anything is an object or refused with a typed error", () => {
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      fc.nat(50_000).map((n) => `{"a":${nested(n)}}`),
      fc.constantFrom('{"a":1,"a":2}', '{"a":NaN}', '{"a":"\\u0000NaN"}', "[1]", "null"),
    );
    const codes = new Set<string>();
    fc.assert(
      fc.property(texts, (text) => void codes.add(codeOf(() => parseJsonObject(text, { name: "x" })))),
      { numRuns: 2000 },
    );
    expect([...codes].sort()).toEqual(["model/json", "read"]);
  });
});

test("JSON as Python writes it: Infinity and NaN, which are text inside of strings", () => {
  const text = '{"a":-Infinity,"b":[NaN,Infinity],"c":"NaN, -Infinity"}';
  expect(parseJsonObject(text, { name: "x" })).toEqual({
    a: Number.NEGATIVE_INFINITY,
    b: [Number.NaN, Number.POSITIVE_INFINITY],
    c: "NaN, -Infinity",
  });
});

test.each<[string, Uint8Array, string, RegExp]>([
  ["a pickle in a zip", ascii("PK\x03\x04 archive/data.pkl and more"), "checkpoint/pickle", /run any code/],
  ["a raw pickle", Uint8Array.of(0x80, 2, 0x7d, 0x71, 0, 0x2e, 0, 0, 0, 0), "checkpoint/pickle", /run any code/],
  ["GGUF", ascii("GGUF\x03\x00\x00\x00 and more"), "safetensors/not-safetensors", /GGUF/],
  [
    "ONNX",
    Uint8Array.of(8, 9, 0x12, 7, 0x70, 0x79, 0x74, 0x6f, 0x72, 0x63, 0x68),
    "safetensors/not-safetensors",
    /ONNX/,
  ],
  ["a web page", ascii("\n  <!doctype html><title>404</title>"), "safetensors/not-safetensors", /web page/],
  [
    "a Git LFS pointer",
    ascii("version https://git-lfs.github.com/spec/v1\noid sha256:0"),
    "safetensors/not-safetensors",
    /LFS pointer/,
  ],
])("%s under a safetensors name is refused with its own sentence", async (_, bytes, code, sentence) => {
  const path = join(dir, "renamed.safetensors");
  await writeFile(path, bytes);
  const error = await openModel(path).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code, message: expect.stringMatching(sentence), hint: expect.stringMatching(/\w/) });
});

describe("a folder is not left", () => {
  const key = "encoder.down_blocks.0.resnets.0.conv1.weight";
  const config = JSON.stringify({ _class_name: "AutoencoderKL" });
  const part = encodeSafetensors(new Map([[key, { dtype: "F32", shape: [1], data: new Uint8Array(4) }]]));
  const folder = async (name: string, files: Readonly<Record<string, string | Uint8Array>>) => {
    const path = join(dir, name);
    await mkdir(path, { recursive: true });
    for (const [file, content] of Object.entries(files)) await writeFile(join(path, file), content);
    return path;
  };
  const index = "diffusion_pytorch_model.safetensors.index.json";
  const shards = (shard: unknown) => ({
    "config.json": config,
    [index]: JSON.stringify({ weight_map: { [key]: shard } }),
  });

  test("shards in the folder are read, one weight after the other", async () => {
    const path = await folder("shards", { ...shards("part-1.safetensors"), "part-1.safetensors": part });
    const weights = (await openModel(path)).components.get("vae")!.weights;
    const values = await readTensors(weights);
    expect(Array.from(values, ([name, { data }]) => `${name} ${data.length}`)).toEqual([`${key} 1`]);
  });

  test.each(["../outside.safetensors", "/etc/passwd", "a/b.safetensors", "..", 7, null])(
    "by an index that names %j",
    async (shard) => {
      await writeFile(join(dir, "outside.safetensors"), part);
      const path = await folder(`index-${typeof shard}-${String(shard).length}`, shards(shard));
      await expect(openModel(path)).rejects.toMatchObject({ code: "checkpoint/shards" });
    },
  );

  test("by a link to a file elsewhere", async () => {
    await writeFile(join(dir, "elsewhere.safetensors"), part);
    const path = await folder("linked", { "config.json": config });
    await symlink(join(dir, "elsewhere.safetensors"), join(path, "diffusion_pytorch_model.safetensors"));
    await expect(openModel(path)).rejects.toMatchObject({ code: "file/outside" });
  });

  test("by a part that model_index.json names", async () => {
    const names = { "../x": ["diffusers", "AutoencoderKL"] };
    const path = await folder("named", { "model_index.json": JSON.stringify(names) });
    await expect(openModel(path)).rejects.toMatchObject({ code: "checkpoint/folder" });
  });

  test("but the links of a hub's snapshot are followed", async () => {
    const snapshot = await folder("models--a--b/snapshots/0", { "config.json": config });
    await folder("models--a--b/blobs", { "00ff": part });
    await symlink("../../blobs/00ff", join(snapshot, "diffusion_pytorch_model.safetensors"));
    expect((await openModel(snapshot)).components.get("vae")?.weights.size).toBe(1);
  });

  test("a variant that is not there is an error that names those that are", async () => {
    const path = await folder("variant", { "config.json": config, "diffusion_pytorch_model.fp16.safetensors": part });
    expect((await openModel(path)).components.get("vae")?.weights.size).toBe(1);
    await expect(openModel(path, { variant: "bf16" })).rejects.toMatchObject({ hint: 'there are: "fp16"' });
  });
});

test("a textual inversion of either form", () => {
  const of = (name: string, shape: readonly number[]) => {
    const entry = { dtype: "F32", shape, offset: 8, length: 4 * shape.reduce((a, b) => a * b, 1) } as const;
    return embeddingOf(
      { file: unreadFile("/e"), header: { metadata: {}, tensors: new Map([[name, entry]]) } },
      { name: "e" },
    );
  };
  expect(of("emb_params", [2, 32])).toMatchObject({ token: undefined });
  expect(of("<thing>", [32]).token).toBe("<thing>");
  for (const starred of ["*", "string_to_param.*"]) expect(of(starred, [1, 32]).token).toBeUndefined();
  expect(of("<thing>", [32]).vectors.get("text_encoder")?.shape).toEqual([1, 32]);
});

test("a header that claims two single files in one is refused", () => {
  const entry = { dtype: "F32", shape: [1], offset: 8, length: 4 } as const;
  const two = new Map([
    ["conditioner.embedders.0.transformer.text_model.final_layer_norm.weight", entry],
    ["cond_stage_model.transformer.text_model.final_layer_norm.weight", { ...entry, offset: 12 }],
  ]);
  expect(() =>
    singleFileModel(
      { file: unreadFile("/x"), header: { metadata: {}, tensors: two } },
      { files: memoryFiles(new Map()) },
    ),
  ).toThrow(/twice/);
});
