import { describe, expect, test } from "vitest";
import fixture from "../../test/fixtures/clip-tokens.json" with { type: "json" };
import { type ClipTokenizerInput, clipTokenizer } from "./clip.ts";

const published: ClipTokenizerInput = {
  vocab: fixture.vocab,
  merges: fixture.merges.join("\n"),
  config: fixture.config,
};
const clip = clipTokenizer(published);

describe("the published vocabulary gives transformers' ids for", () => {
  test.each(fixture.cases)("$text", ({ text, ids, full_ids }) => {
    expect(clip.encode(text)).toEqual(full_ids);
    expect([...clip.tokenize(text)]).toEqual(ids);
  });
});

test("it says its sizes and special tokens", () => {
  const { modelMaxLength, vocabSize, startTokenId, endTokenId, padTokenId } = clip;
  expect({ modelMaxLength, vocabSize, startTokenId, endTokenId, padTokenId }).toEqual({
    modelMaxLength: 77,
    vocabSize: 49408,
    startTokenId: 49406,
    endTokenId: 49407,
    padTokenId: 49407,
  });
});

test("a text that is too long keeps its end token", () => {
  const ids = clip.tokenize("word ".repeat(100));
  expect([ids.length, ids[0], ids[75], ids[76]]).toEqual([77, 49406, 2653, 49407]);
});

test.each(["", "🦊\ud800", "\0\ufffd", "ΆΣ ẞ ﷺ", "a".repeat(5000), "\u2028\u0301"])("no text fails: %j", (text) => {
  const ids = clip.encode(text);
  expect([ids[0], ids.at(-1)]).toEqual([49406, 49407]);
  expect(ids.every(Number.isInteger)).toBe(true);
});

test("decode gives the words back", () => {
  expect(clip.decode(clip.encode("An astronaut  riding a HORSE"))).toBe("an astronaut riding a horse");
  expect(clip.decode(clip.encode("日本 café 🐱"))).toBe("日 本 café 🐱");
});

describe('Stable Diffusion 2\'s pad token, "!" with id 0,', () => {
  const pads = { pad_token: "!" };
  test.each([
    ["named by the configuration", { ...published, config: { ...fixture.config, ...pads } }],
    ["named by the special tokens, which win", { ...published, specialTokens: pads }],
    [
      "as an added token",
      {
        ...published,
        config: {
          ...fixture.config,
          pad_token: { __type: "AddedToken", content: "!", lstrip: false },
          added_tokens_decoder: { "0": { content: "!", special: true } },
        },
      },
    ],
  ])("%s", (_, input: ClipTokenizerInput) => {
    const { encode, tokenize, padTokenId } = clipTokenizer(input);
    expect([padTokenId, ...tokenize("").subarray(0, 4)]).toEqual([0, 49406, 49407, 0, 0]);
    expect(encode("word!! word")).toEqual([49406, 2653, 0, 0, 2653, 49407]); // in a prompt it is special, too
  });
});

describe("files that contradict each other are refused:", () => {
  const { "!": bang, ...without } = fixture.vocab;
  test.each<[string, Partial<ClipTokenizerInput>, string]>([
    ["a missing byte symbol", { vocab: without }, "vocabulary"],
    ["an id used twice", { vocab: { ...without, "!": bang + 1 } }, "vocabulary"],
    ["a fractional id", { vocab: { ...without, "!": 0.5 } }, "vocabulary"],
    ["a merger outside the vocabulary", { merges: "#version: 0.2\nq q" }, "merges"],
    ["a broken line of merges", { merges: "#version: 0.2\nq" }, "merges"],
    ["no length", { config: {} }, "config"],
    ["another kind", { config: { ...fixture.config, tokenizer_class: "T5Tokenizer" } }, "unsupported"],
    ["a special token without id", { specialTokens: { pad_token: "<pad>" } }, "special-token"],
    [
      "a special token of two ids",
      { config: { ...fixture.config, added_tokens_decoder: { 7: "!" } } },
      "special-token",
    ],
    ["a token that eats spaces", { specialTokens: { pad_token: { content: "!", lstrip: true } } }, "unsupported"],
  ])("%s", (_, change, code) => {
    expect(() => clipTokenizer({ ...published, ...change })).toThrow(
      expect.objectContaining({ code: `tokenizer/${code}` }),
    );
  });
});
