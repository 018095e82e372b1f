import { weighted } from "aquatint/data";
import type { RandomStream } from "aquatint/math";
import { drawUniform } from "aquatint/math";
import { lookup } from "aquatint/util";
import type { CaptionParts } from "../caption.ts";
import { type EmojiName, phrasesOf } from "../names.ts";
import aliases from "./aliases.json" with { type: "json" };
import { pluralOf } from "./plurals.ts";
import type { Wording } from "./wording.ts";

const further: Readonly<Record<string, readonly string[]>> = aliases;

/** A piece of a caption and how often it is chosen. */
interface Piece<T> {
  readonly weight: number;
  readonly write: T;
}

type Around = (words: string, parts: CaptionParts) => string;

/** Phrases of the background, around what is to be seen. */
const grounds: readonly Piece<Around>[] = [
  { weight: 44, write: (words, { background }) => `${words}, ${background}` },
  { weight: 14, write: (words, { before }) => `${words} ${before}` },
  { weight: 4, write: (words, { background }) => `${words} with ${background}` },
  { weight: 6, write: (words, { background }) => `${background}, ${words}` },
  { weight: 32, write: (words) => words },
];

/** Phrases of the style. */
const styleWords: readonly Piece<Around>[] = [
  { weight: 5, write: (words, { style }) => `${words}, ${style} style` },
  { weight: 2, write: (words, { style }) => `${words} in ${style} style` },
  { weight: 1, write: (words, { style }) => `${words}, ${style}` },
];

/** Share of captions that name a usual style. */
const NAMED_STYLE = 0.2;

/** Beginnings of captions. */
const leads: readonly Piece<string>[] = [
  { weight: 88, write: "" },
  { weight: 4, write: "a picture of " },
  { weight: 4, write: "an image of " },
  { weight: 2, write: "a drawing of " },
  { weight: 2, write: "an emoji of " },
];

const digits: Readonly<Record<string, string>> = { one: "1", two: "2", three: "3", four: "4" };

/** Share of captions without articles, and share of numbers in digits. */
const [TELEGRAM, DIGITS] = [0.12, 0.25];

const chance = (random: RandomStream, share: number): boolean => drawUniform(random) < share;

function caption(random: RandomStream, parts: CaptionParts): string {
  const namesStyle = !parts.usualStyle || chance(random, NAMED_STYLE);
  const lead = weighted(random, leads).write;
  const styled: Around = namesStyle ? weighted(random, styleWords).write : (words) => words;
  const around = weighted(random, grounds).write;
  const sentence = styled(around(`${lead}${parts.what}`, parts), parts);
  const brief = chance(random, TELEGRAM) ? sentence.replace(/\b(?:a|an|the) (?!left|right)/g, "") : sentence;
  return chance(random, DIGITS) ? brief.replace(/\b(?:one|two|three|four)\b/, (word) => lookup(digits, word)) : brief;
}

const phrases = (thing: EmojiName): readonly string[] => [...phrasesOf(thing), ...(further[thing.name] ?? [])];

/** Wording with the variety of people's captions. */
export const varied: Wording = {
  phrases,
  plurals: (thing) => [...new Set([thing.plural!, ...phrases(thing).flatMap((phrase) => pluralOf(phrase) ?? [])])],
  among: (usual, more) => [...usual, ...more],
  caption,
};
