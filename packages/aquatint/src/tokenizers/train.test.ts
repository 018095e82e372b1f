import { expect, test } from "vitest";
import { tokenizerFrom } from "./files.ts";
import { trainBytePairs } from "./train.ts";

const names = ["apple", "astronaut", "cat face", "dog", "horse", "house", "umbrella", "ice cream", "jack-o'-lantern"];
const colors = ["red", "green", "blue", "light grey"];
const captions = names.flatMap((name) => colors.map((color) => `a ${name}, ${color} background`));
const files = trainBytePairs(captions, { merges: 60, contextLength: 16 });
const tokenizer = tokenizerFrom(files);

test("the vocabulary is the bytes, the merges and the two special tokens, in CLIP's order", () => {
  const vocab: Record<string, number> = JSON.parse(files["vocab.json"]);
  const merges = files["merges.txt"].trim().split("\n").slice(1);
  expect(merges).toHaveLength(60);
  expect([vocab["!"], vocab.a, vocab["a</w>"], vocab["<|startoftext|>"], vocab["<|endoftext|>"]]).toEqual([
    0, 64, 320, 572, 573,
  ]);
  expect(merges.map((pair) => vocab[pair.replace(" ", "")])).toEqual(merges.map((_, i) => 512 + i));
  expect([tokenizer.vocabSize, tokenizer.modelMaxLength, tokenizer.padTokenId]).toEqual([574, 16, 573]);
});

test("the most frequent pair is merged first, of equals the alphabetically first", () => {
  const { "merges.txt": merges } = trainBytePairs(["ba ba ba", "dc dc", "fe fe", "hg"], {
    merges: 9,
    contextLength: 8,
  });
  expect(merges).toBe("#version: 0.2\nb a</w>\nd c</w>\nf e</w>\n");
});

test("every word of a caption round-trips, and a frequent word is one id", () => {
  for (const word of new Set(captions.join(" ").split(/[ ,]+/))) {
    expect(tokenizer.decode(tokenizer.encode(word)).replaceAll(" ", "")).toBe(word);
  }
  expect(tokenizer.encode("background")).toHaveLength(3);
});

test("words it never saw, of any script, still round-trip", () => {
  expect(tokenizer.decode(tokenizer.encode("Zebra 狐 🦊"))).toBe("zebra 狐 🦊");
});

test("the same texts give the same files, whatever their order", () => {
  expect(trainBytePairs([...captions].reverse(), { merges: 60, contextLength: 16 })).toEqual(files);
});

test("broken options and files are refused", () => {
  expect(() => trainBytePairs([], { merges: 1.5, contextLength: 16 })).toThrow(/merges is 1.5/);
  expect(() => trainBytePairs([], { merges: 1, contextLength: 1 })).toThrow(/contextLength 1/);
  expect(() => tokenizerFrom({ ...files, "vocab.json": "{" })).toThrow(/vocab.json is not valid JSON/);
  expect(() => tokenizerFrom({ ...files, "special_tokens_map.json": "[]" })).toThrow(/not a JSON object/);
});
