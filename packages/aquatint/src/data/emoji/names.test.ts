import { expect, test } from "vitest";
import { colours } from "./colours.ts";
import { emojiNames, phrasesOf } from "./names.ts";

test("names, pictures and phrases are each used once", () => {
  for (const values of [
    emojiNames.map((e) => e.name),
    emojiNames.map((e) => e.hex),
    emojiNames.flatMap((e) => phrasesOf(e)),
  ]) {
    expect(new Set(values).size).toBe(values.length);
  }
});

test.each(emojiNames.flatMap(phrasesOf))("the article of %o is right", (phrase) => {
  const [article, next] = phrase.split(" ");
  if (article !== "a" && article !== "an") return expect(phrase).toMatch(/^(the |two |half )?[a-zA-Z ]+$/);
  const vowel = /^[aeiou]/.test(next!) && !/^uni/.test(next!);
  expect(article).toBe(vowel ? "an" : "a");
});

test.each(emojiNames)("$name has its code points without the variation selector", ({ hex }) => {
  expect(hex).toMatch(/^[0-9a-f]{4,5}(-[0-9a-f]{4,5})*$/);
  expect(hex).not.toContain("fe0f");
});

test.each([
  ["a red apple", "red apple"],
  ["an apple", "red apple"],
  ["a cat", "cat"],
  ["a kitty", "cat"],
  ["a dog", "dog"],
  ["a house", "house"],
  ["grapes", "grapes"],
  ["a unicorn", "unicorn"],
])("%o is the %s", (phrase, name) => {
  expect(emojiNames.find((e) => phrasesOf(e).includes(phrase))?.name).toBe(name);
});

test("any two background colours are at least 64 apart, and no word names two", () => {
  const words = colours.flatMap((c) => [c.name, ...c.aliases]);
  expect(new Set(words).size).toBe(words.length);
  for (const a of colours) {
    for (const b of colours) {
      if (a !== b) expect(Math.hypot(...a.rgb.map((v, i) => v - b.rgb[i]!))).toBeGreaterThanOrEqual(64);
    }
  }
});
