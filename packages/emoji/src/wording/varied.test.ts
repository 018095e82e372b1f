import { torchCpu } from "aquatint/math";
import { describe, expect, test } from "vitest";
import { cleanText } from "../../../aquatint/src/tokenizers/words.ts";
import { nameSets } from "../name-sets.ts";
import { emojiNames, phrasesOf } from "../names.ts";
import aliases from "./aliases.json" with { type: "json" };
import { pluralOf } from "./plurals.ts";
import { wordings } from "./wordings.ts";

const common = emojiNames.filter(({ name }) => nameSets.common.includes(name));
const { varied } = wordings;

describe("plurals", () => {
  test("are those of the table for every common name that a phrase with an article calls", () => {
    const countable = common.flatMap(({ phrase, plural }) => (plural !== null && /^an? /.test(phrase) ? [phrase] : []));
    expect(countable.length).toBeGreaterThan(150);
    const table = new Map(emojiNames.map(({ phrase, plural }) => [phrase, plural]));
    expect(countable.filter((phrase) => pluralOf(phrase) !== table.get(phrase))).toEqual([]);
  });

  test.each([
    ["a kitty", "kitties"],
    ["a bunch of grapes", "bunches of grapes"],
    ["an avocado half", "avocado halves"],
    ["a reindeer", "reindeer"],
    ["a birthday cake with candles", "birthday cakes with candles"],
    ["a toy", "toys"],
    ["the sun", undefined],
    ["flames", undefined],
  ])("%o has the plural %o", (phrase, plural) => {
    expect(pluralOf(phrase)).toBe(plural);
  });
});

describe("further aliases", () => {
  test("are of names of the table, and no phrase belongs to two of them", () => {
    expect(emojiNames.map((e) => e.name)).toEqual(expect.arrayContaining(Object.keys(aliases)));
    const phrases = emojiNames.flatMap((thing) => varied.phrases(thing));
    expect(phrases.length).toBeGreaterThan(emojiNames.flatMap(phrasesOf).length + 100);
    expect(new Set(phrases).size).toBe(phrases.length);
  });

  test("stand behind the usual phrase", () => {
    for (const thing of common) expect(varied.phrases(thing)[0]).toBe(thing.phrase);
  });
});

const parts = {
  what: "three cats to the left of an owl",
  style: "flat",
  background: "blue background",
  before: "on a blue background",
};
const captions = (usualStyle: boolean) => {
  const random = torchCpu(1);
  return Array.from({ length: 2000 }, () => varied.caption(random, { ...parts, usualStyle }));
};
const share = (texts: readonly string[], pattern: RegExp) =>
  texts.filter((text) => pattern.test(text)).length / texts.length;

describe("captions", () => {
  test("tell a style that does not go without saying, and else one time in five", () => {
    expect(share(captions(false), /\bflat\b/)).toBe(1);
    expect(share(captions(true), /\bflat\b/)).toBeCloseTo(0.2, 1);
  });

  test("do without articles now and then, and keep the words of a side", () => {
    const texts = captions(true);
    expect(share(texts, /cats to the left of owl/)).toBeCloseTo(0.12, 1);
    expect(share(texts, /cats to the left of (an )?owl/)).toBe(1);
  });

  test("write numbers in words or digits", () => {
    const texts = captions(true);
    expect(share(texts, /\b3 cats/)).toBeCloseTo(0.25, 1);
    expect(share(texts, /\b(3|three) cats/)).toBe(1);
  });

  test("tell the background in front, behind or not at all", () => {
    const texts = captions(true);
    expect(share(texts, /^blue background, /)).toBeGreaterThan(0.03);
    expect(share(texts, / on (a )?blue background/)).toBeGreaterThan(0.1);
    expect(share(texts, /blue background/)).toBeCloseTo(0.68, 1);
  });

  test("need no upper case, for the vocabulary has none", () => {
    expect(cleanText("A RED Apple")).toBe("a red apple");
  });
});
