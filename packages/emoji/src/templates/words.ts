import { pick, worded } from "aquatint/data";
import type { RandomStream } from "aquatint/math";
import { described } from "../caption.ts";
import { type EmojiName, phrasesOf } from "../names.ts";

/** A way to say it; `phrases` holds one noun phrase for each thing. */
export type Wording = (phrases: readonly string[]) => string;

/** One of the wordings, all equally likely, about things that go by their usual names or by others. */
export function said(random: RandomStream, wordings: readonly Wording[], things: readonly EmojiName[]): string {
  const phrases = things.map((thing) => worded(random, phrasesOf(thing)));
  return pick(random, wordings)(phrases);
}

const withArticle = (phrase: string): boolean => /^an? /.test(phrase);

/** Phrases that take an adjective: "a red apple" does, "the sun", "Saturn", "two cherries" and "half an avocado" do not. */
const describable = (thing: EmojiName): readonly string[] =>
  phrasesOf(thing).filter(
    (phrase) => withArticle(phrase) || (!withArticle(thing.phrase) && !/^(the|two|half) |^[A-Z]/.test(phrase)),
  );

/** "a small cat" of "small" and a cat; one of its phrases that `fits`, the usual one mostly. */
export const describedThing = (
  random: RandomStream,
  adjective: string,
  thing: EmojiName,
  fits: (phrase: string) => boolean = () => true,
): string => described(adjective, worded(random, describable(thing).filter(fits)));

/** Whether a thing has a phrase that takes an adjective and `fits`. */
export const isDescribable = (thing: EmojiName, fits: (phrase: string) => boolean = () => true): boolean =>
  describable(thing).some(fits);
