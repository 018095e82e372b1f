import { expect, test } from "vitest";
import { triggerWords } from "./trigger-words.ts";

test.each([
  ["nothing", {}, []],
  ["the standard's phrase", { "modelspec.trigger_phrase": "ohwx man, film still" }, ["ohwx man", "film still"]],
  [
    "kohya's counts over all folders, the most frequent first",
    { ss_tag_frequency: JSON.stringify({ "10_a": { cat: 3, dog: 9 }, "2_b": { cat: 8, " sky ": 1 } }) },
    ["cat", "dog", "sky"],
  ],
  ["text that is no JSON", { ss_tag_frequency: "{" }, []],
  ["JSON of another form", { ss_tag_frequency: '{"a": 3, "b": {"c": "d"}}' }, []],
  [
    "both, each word once",
    { "modelspec.trigger_phrase": "cat", ss_tag_frequency: '{"a":{"cat":2,"hat":1}}' },
    ["cat", "hat"],
  ],
])("trigger words of %s", (_, metadata, words) => {
  expect(triggerWords(metadata)).toEqual(words);
});

test("a file that counts thousands of tags gives the first dozen, and no sentence", () => {
  const counts = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`tag ${i}`, i]));
  const metadata = { "modelspec.trigger_phrase": "x".repeat(500), ss_tag_frequency: JSON.stringify({ a: counts }) };
  const words = triggerWords(metadata);
  expect(words).toHaveLength(12);
  expect(words[0]).toBe("tag 4999");
});
