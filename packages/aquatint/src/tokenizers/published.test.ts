import { expect, test } from "vitest";
import cases from "../../test/fixtures/parity/tokens.json" with { type: "json" };
import { clipVocabulary, publishedClipTokenizer } from "./published.ts";

test("the vocabulary in the package is the published one", async () => {
  const { vocab, merges } = await clipVocabulary();
  expect([Object.keys(vocab).length, merges.split("\n").length]).toEqual([49408, 48894]);
  expect(vocab).toMatchObject({ "!": 0, "!</w>": 256, in: 512, "jekyll</w>": 49405, "<|startoftext|>": 49406 });
  expect([merges.slice(0, 8), merges.slice(-11)]).toEqual(["i n\nt h\n", "jeky ll</w>"]);
});

const clip = await publishedClipTokenizer();
test.each(cases)("transformers' ids: $text", ({ text, ids, full_ids }) => {
  expect(clip.encode(text)).toEqual(full_ids);
  expect([...clip.tokenize(text)]).toEqual(ids);
});

test("OpenCLIP's tokenizers pad with the exclamation mark", async () => {
  const { padTokenId, tokenize } = await publishedClipTokenizer({ padToken: "!" });
  expect(padTokenId).toBe(0);
  expect([...tokenize("fox").subarray(0, 5)]).toEqual([49406, 3240, 49407, 0, 0]);
});
