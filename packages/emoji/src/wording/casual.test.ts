import { torchCpu } from "aquatint/math";
import { itemAt } from "aquatint/util";
import { describe, expect, test } from "vitest";
import { colors } from "../drawing/colors.ts";
import animations from "../motions/animations.json" with { type: "json" };
import type { Motion } from "../motions/motion.ts";
import { motions } from "../motions/motions.ts";
import { nameSets } from "../name-sets.ts";
import { emojiNames } from "../names.ts";
import asides from "./asides.json" with { type: "json" };
import { casual } from "./casual.ts";
import { varied } from "./varied.ts";

const wordsOf = (texts: readonly string[]): readonly string[] => texts.flatMap((text) => text.match(/[a-z]+/g) ?? []);

const common = emojiNames.filter(({ name }) => nameSets.common.includes(name));

/** Sentences of clips about each thing. */
const sentences = Object.values<Motion>(motions).flatMap(({ usual, more }) =>
  common.flatMap((thing) => {
    const pair = [thing, itemAt(common, 0)];
    return [...usual, ...(more?.(pair) ?? [])].map((say) => say(pair.map(({ phrase }) => phrase)));
  }),
);

/** Words that belong to no picture. */
const neutral = new Set(wordsOf(["a", "an", "and", "the", "of", "in", "on", "with", "at", "by", "to", "for", "me"]));

const parts = {
  what: "a cat",
  style: "3d",
  usualStyle: true,
  background: "blue background",
  before: "on a blue background",
};
const captions = (of: typeof casual, what: string) => {
  const random = torchCpu(2);
  return Array.from({ length: 3000 }, () => of.caption(random, { ...parts, what }));
};

describe("asides", () => {
  test("have no word of a thing, a motion, a color, a size or a number, so that they change no picture", () => {
    const reserved = new Set([
      ...wordsOf(common.flatMap((thing) => [...casual.phrases(thing), thing.plural ?? ""])),
      ...wordsOf(colors.flatMap(({ name, aliases }) => [name, ...aliases])),
      ...wordsOf(sentences),
      ...wordsOf(animations.flatMap(({ captions }) => captions)),
      ...wordsOf(["big small huge tiny large little one two three four left right above below under over flat"]),
    ]);
    const words = wordsOf(Object.values(asides).flat());
    expect(words.filter((word) => reserved.has(word) && !neutral.has(word))).toEqual([]);
  });
});

describe("casual captions", () => {
  test("have an aside about two times in five, and the words of the varied wording always", () => {
    const usual = new Set(captions(varied, "a cat"));
    const texts = captions(casual, "a cat");
    const share = texts.filter((text) => !usual.has(text)).length / texts.length;
    expect(share).toBeGreaterThan(0.3);
    expect(share).toBeLessThan(0.45);
    expect(texts.filter((text) => !/\bcat\b/.test(text))).toEqual([]);
    expect(texts.some((text) => /^an? (?!cat)\w+ cat\b/.test(text))).toBe(true);
  });

  test("stay as they are where they are long, for the context of a text encoder is short", () => {
    const what = "a small brown horse on the left and an enormous elephant on the right";
    expect(captions(casual, what)).toEqual(captions(varied, what));
  });
});
