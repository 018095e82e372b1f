import { expect, test } from "vitest";
import { colors } from "./drawing/colors.ts";
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

const phrases = emojiNames.flatMap(phrasesOf);

test("there are at least 300, and most can be counted", () => {
  expect(emojiNames.length).toBeGreaterThanOrEqual(300);
  expect(emojiNames.filter(({ plural }) => plural !== null).length).toBeGreaterThan(0.9 * emojiNames.length);
});

test("articles are right", () => {
  const wrong = phrases.filter((phrase) => {
    const [article, next] = phrase.split(" ");
    if (article !== "a" && article !== "an") return !/^(the |two |half )?[a-zA-Z -]+$/.test(phrase);
    const vowel = /^([aeiou]|hour)/i.test(next!) && !/^(uni|U[A-Z])/.test(next!);
    return article !== (vowel ? "an" : "a");
  });
  expect(wrong).toEqual([]);
});

test("plurals stand without an article", () => {
  const wrong = emojiNames.filter(({ plural }) => plural !== null && !/^(?!an? |the )[a-zA-Z -]+$/.test(plural));
  expect(wrong).toEqual([]);
});

test("code points have no variation selector", () => {
  const wrong = emojiNames.filter(({ hex }) => !/^(?!.*fe0f)[0-9a-f]{4,5}(-[0-9a-f]{4,5})*$/.test(hex));
  expect(wrong).toEqual([]);
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

test("any two background colors are at least 64 apart, and no word names two", () => {
  const words = colors.flatMap((c) => [c.name, ...c.aliases]);
  expect(new Set(words).size).toBe(words.length);
  for (const a of colors) {
    for (const b of colors) {
      if (a !== b) expect(Math.hypot(...a.rgb.map((v, i) => v - b.rgb[i]!))).toBeGreaterThanOrEqual(64);
    }
  }
});
