import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { imageTexts } from "../image/file-texts.ts";
import { joinChunks, readChunks } from "../png/chunks.ts";
import { encodePng } from "../png/png.ts";
import { imageMetadata } from "./index.ts";
import { MAX_TEXT_BYTES } from "./text-budget.ts";

const image = { width: 1, height: 1, channels: 3, data: new Uint8Array(3) } as const;
const parameters = [
  "a fox, (snow:1.2)",
  "second line 🦊",
  "Negative prompt: blur,",
  "noise",
  'Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7.5, Seed: 42, Size: 512x768, Model hash: 6ce0161689, Model: v1-5, Lora hashes: "a: 1, b: 2", Version: v1.10.1',
].join("\n");

test("A1111's text is read, with prompts of several lines and quoted settings", () => {
  expect(imageMetadata({ parameters })).toMatchObject({
    source: "a1111",
    prompt: "a fox, (snow:1.2)\nsecond line 🦊",
    negative: "blur,\nnoise",
    seed: 42,
    steps: 20,
    sampler: "DPM++ 2M Karras",
    guidance: 7.5,
    width: 512,
    height: 768,
    model: "v1-5",
    modelHash: "6ce0161689",
    settings: expect.objectContaining({ "Lora hashes": "a: 1, b: 2", Version: "v1.10.1" }),
  });
  expect(imageMetadata({ parameters: "only words" })).toMatchObject({
    prompt: "only words",
    negative: "",
    settings: {},
  });
});

test("Aquatint's own recipe wins, and ComfyUI's graph is followed from its sampler", () => {
  const generation = {
    prompt: "a fox",
    negative: "",
    seed: 8,
    steps: 3,
    sampler: "ddim",
    guidance: 2,
    rng: "torch-cpu",
  };
  const { rng: _, ...expected } = generation;
  const metadata = imageMetadata({ aquatint: JSON.stringify(generation), parameters });
  expect(metadata).toEqual({ source: "aquatint", ...expected, settings: generation });
  const graph = {
    3: {
      class_type: "KSampler",
      inputs: {
        ...{ seed: 156680208700286, steps: 20, cfg: 8, sampler_name: "euler", scheduler: "normal", denoise: 1 },
        ...{ model: ["4", 0], positive: ["10", 0], negative: ["7", 0], latent_image: ["5", 0] },
      },
    },
    4: { class_type: "CheckpointLoaderSimple", inputs: { ckpt_name: "v1-5.safetensors" } },
    5: { class_type: "EmptyLatentImage", inputs: { width: 512, height: 768, batch_size: 1 } },
    6: { class_type: "CLIPTextEncode", inputs: { text: "a fox", clip: ["4", 1] } },
    7: { class_type: "CLIPTextEncode", inputs: { text: "blur", clip: ["4", 1] } },
    10: { class_type: "ConditioningSetTimestepRange", inputs: { conditioning: ["6", 0], loop: ["10", 0] } },
  };
  expect(imageMetadata({ prompt: JSON.stringify(graph) })).toMatchObject({
    ...{ source: "comfyui", prompt: "a fox", negative: "blur", seed: 156680208700286, steps: 20, guidance: 8 },
    ...{ sampler: "euler normal", width: 512, height: 768, model: "v1-5.safetensors" },
  });
  for (const prompt of ["{}", "[1]", "no json", '{"3":7}']) expect(imageMetadata({ prompt })).toBeUndefined();
});

/** A PNG file with one more chunk after its header. */
function withChunk(type: string, data: Uint8Array): Uint8Array {
  const [header, ...rest] = readChunks(encodePng(image));
  return joinChunks([header!, { type, data }, ...rest]);
}
const packed = (text: string | Uint8Array) => Buffer.concat([Buffer.from("parameters\0\0"), deflateSync(text)]);

describe("texts of PNG", () => {
  test.each([
    ["plain", encodePng({ ...image, text: { parameters } })],
    [
      "iTXt, compressed",
      withChunk("iTXt", Buffer.concat([Buffer.from("parameters\0\x01\0\0\0"), deflateSync(parameters)])),
    ],
  ])("%s", async (_, bytes) => {
    expect(await imageTexts(bytes)).toEqual({ parameters });
  });

  test.each(["tEXt", "zTXt"])("%s that is UTF-8 against the standard is read as that", async (type) => {
    const text = Buffer.from("naïve 猫 🐈");
    const data = type === "zTXt" ? packed(text) : Buffer.concat([Buffer.from("parameters\0"), text]);
    expect(await imageTexts(withChunk(type, data))).toEqual({ parameters: "naïve 猫 🐈" });
  });

  test.each(["Ã©", "Â©", "é", "naïve", "Ã"])("what is written of %s is read back", async (parameters) => {
    expect(await imageTexts(encodePng({ ...image, text: { parameters } }))).toEqual({ parameters });
  });

  test("zTXt is Latin-1; one that is damaged or unpacks to too much is refused", async () => {
    const latin1 = withChunk("zTXt", packed(Buffer.from("café", "latin1")));
    expect(await imageTexts(latin1)).toEqual({ parameters: "café" });
    const bomb = withChunk("zTXt", packed(new Uint8Array(MAX_TEXT_BYTES + 1)));
    await expect(imageTexts(bomb)).rejects.toThrow(expect.objectContaining({ code: "png/too-large" }));
    const damaged = withChunk("zTXt", Buffer.from("parameters\0\0 not zlib"));
    await expect(imageTexts(damaged)).rejects.toThrow(expect.objectContaining({ code: "png/corrupt" }));
  });
});

/** A TIFF block with one entry, UserComment, in its EXIF folder, as A1111 writes it: big-endian, UTF-16. */
function userComment(text: string): Buffer {
  const utf16 = Buffer.from(text, "utf16le").swap16();
  const value = Buffer.concat([Buffer.from("UNICODE\0"), utf16]);
  const head = Buffer.alloc(44);
  head.write("MM\0*", "latin1");
  head.writeUInt32BE(8, 4);
  for (const [at, tag, type, count, offset] of [
    [8, 0x8769, 4, 1, 26],
    [26, 0x9286, 7, value.length, 44],
  ] as const) {
    head.writeUInt16BE(1, at);
    head.writeUInt16BE(tag, at + 2);
    head.writeUInt16BE(type, at + 4);
    head.writeUInt32BE(count, at + 6);
    head.writeUInt32BE(offset, at + 10);
  }
  return Buffer.concat([head, value]);
}

test("JPEG and WebP carry XMP, and JPEG a comment", async () => {
  const xmp = '<x:xmpmeta><exif:UserComment><rdf:li>{"c":"a 猫","steps":3}</rdf:li></exif:UserComment></x:xmpmeta>';
  const plain = sharp(image.data, { raw: { width: 1, height: 1, channels: 3 } });
  const segment = (marker: number, data: Buffer) =>
    Buffer.concat([Buffer.from([0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 255]), data]);
  const jpeg = await plain.clone().jpeg().toBuffer();
  const parts = [
    jpeg.subarray(0, 2),
    segment(0xe1, Buffer.concat([Buffer.from("http://ns.adobe.com/xap/1.0/\0"), Buffer.from(xmp)])),
    segment(0xfe, Buffer.from("a comment")),
    jpeg.subarray(2),
  ];
  const texts = await imageTexts(Buffer.concat(parts));
  expect(texts).toEqual({ "XML:com.adobe.xmp": xmp, Comment: "a comment" });
  expect(imageMetadata(texts)).toMatchObject({ source: "draw-things", prompt: "a 猫", steps: 3 });
  const size = Buffer.alloc(4);
  size.writeUInt32LE(Buffer.byteLength(xmp));
  const padding = Buffer.alloc(Buffer.byteLength(xmp) & 1);
  const webp = Buffer.concat([
    await plain.clone().webp().toBuffer(),
    Buffer.from("XMP "),
    size,
    Buffer.from(xmp),
    padding,
  ]);
  expect(await imageTexts(webp)).toEqual({ "XML:com.adobe.xmp": xmp });
});

describe("texts that would take long or much are understood as nothing, at once", () => {
  const much = 4_000_000;
  test.each<[string, Readonly<Record<string, string>>]>([
    ["JSON with a string that is not closed", { aquatint: `{"${'\\"'.repeat(much)}` }],
    ["JSON with a line inside a string", { prompt: `{"${'\\"'.repeat(much)}\\\n"}` }],
    ["JSON that is deep", { aquatint: `{"a":${"[".repeat(much)}` }],
    ["settings that are nothing but commas", { UserComment: ",".repeat(1_000_000) }],
    ["quotes that do not end", { UserComment: `Steps: 1${'a:"\\",'.repeat(150_000)}` }],
    ["brackets that do not end", { UserComment: `a: ${"[,".repeat(400_000)}` }],
    ["a graph of one node with many inputs", { prompt: `{"1":{"class_type":"a","inputs":[${"1,".repeat(much)}1]}}` }],
  ])("%s", (_, texts) => {
    expect(imageMetadata(texts)).toBeUndefined();
  });

  const link = (to: number) => [`${to}`, 0];
  const layers = (type: string, names: readonly string[]) =>
    Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [
        `${i}`,
        { class_type: type, inputs: Object.fromEntries(names.map((name) => [name, link(i + 1)])) },
      ]),
    );
  test.each([
    ["nodes that nobody knows", layers("Unknown", ["a", "b", "c"])],
    ["texts that are joined", layers("StringConcatenate", ["string_a", "string_b"])],
    ["conditionings that are combined", layers("ConditioningCombine", ["conditioning_1", "conditioning_2"])],
    ["numbers", layers("Int", ["value", "seed", "int"])],
  ])("graphs with very many ways through %s", (_, nodes) => {
    const sampler = { positive: link(0), negative: link(0), seed: link(0), steps: link(0), latent_image: link(0) };
    const text = { class_type: "CLIPTextEncode", inputs: { text: link(0) } };
    const graph = { ...nodes, 70: { class_type: "KSampler", inputs: sampler }, 71: text };
    expect(imageMetadata({ prompt: JSON.stringify(graph) })).toMatchObject({ source: "comfyui" });
  });

  test("subgraphs within subgraphs, many times over", () => {
    const subgraphs = Array.from({ length: 14 }, (_, i) => ({
      ...{ id: `s${i}`, links: [] },
      nodes: Array.from({ length: 9 }, (__, k) => ({ id: k, type: `s${i + 1}` })),
    }));
    const workflow = JSON.stringify({ nodes: [{ id: 1, type: "s0", widgets_values: [] }], definitions: { subgraphs } });
    expect(imageMetadata({ workflow })).toBeUndefined();
  });

  test("lines by the hundred thousand after the settings", () => {
    const parameters = `a fox\nSteps: 2, Seed: 1\nTemplate: b\n${"c\n".repeat(300_000)}`;
    expect(imageMetadata({ parameters })).toMatchObject({ steps: 2, seed: 1 });
  });

  test("settings of millions of words", () => {
    const parameters = `a fox\n${"a ".repeat(much)}`;
    expect(imageMetadata({ parameters })?.settings).toEqual({});
  });
});

test("a text chunk beyond the budget is refused before it is read", async () => {
  const huge = withChunk("tEXt", Buffer.concat([Buffer.from("parameters\0"), Buffer.alloc(MAX_TEXT_BYTES, 97)]));
  const refused = await imageTexts(huge).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: "png/too-large" });
});

test("JPEG and WebP carry the web UI's text as EXIF; a broken block is no text", async () => {
  const tiff = userComment(parameters);
  const plain = sharp(image.data, { raw: { width: 1, height: 1, channels: 3 } });
  const jpeg = await plain.clone().jpeg().toBuffer();
  const exif = Buffer.concat([Buffer.from("Exif\0\0"), tiff]);
  const segment = Buffer.concat([Buffer.from([0xff, 0xe1, (exif.length + 2) >> 8, (exif.length + 2) & 255]), exif]);
  expect(await imageTexts(Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]))).toEqual({
    UserComment: parameters,
  });
  const size = Buffer.alloc(4);
  size.writeUInt32LE(tiff.length);
  const webp = Buffer.concat([await plain.clone().webp().toBuffer(), Buffer.from("EXIF"), size, tiff]);
  expect(await imageTexts(webp)).toEqual({ UserComment: parameters });
  for (let length = 0; length < 60; length++) {
    const cut = Buffer.concat([jpeg.subarray(0, 2), segment.subarray(0, 10 + length)]);
    await expect(imageTexts(cut)).rejects.toThrow(expect.objectContaining({ code: "image/truncated" }));
    const broken = Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
    broken.fill(0xff, 12 + length, 13 + length);
    expect(Object.keys(await imageTexts(broken)).filter((key) => key !== "UserComment")).toEqual([]);
  }
  await expect(imageTexts(Buffer.from("BM, a bitmap"))).rejects.toThrow(
    expect.objectContaining({ code: "image/unknown" }),
  );
});
