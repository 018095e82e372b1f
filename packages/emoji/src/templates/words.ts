import { pick, worded } from "aquatint/data";
import type { RandomStream } from "aquatint/math";
import { described } from "../caption.ts";
import { type EmojiName, phrasesOf } from "../names.ts";
import type { Company } from "../template.ts";

/** A way to say it; `phrases` holds one noun phrase for each thing. */
export type Sentence = (phrases: readonly string[]) => string;

/** The company that a sentence is about. */
type Spoken = Pick<Company, "things" | "wording">;

/** One of the sentences, all equally likely, about things that go by their usual names or by others. */
export function said(
  random: RandomStream,
  { things, wording }: Spoken,
  usual: readonly Sentence[],
  more: readonly Sentence[] = [],
): string {
  const phrases = things.map((thing) => worded(random, wording.phrases(thing)));
  return pick(random, wording.among(usual, more))(phrases);
}

const withArticle = (phrase: string): boolean => /^an? /.test(phrase);

/** Phrases that take an adjective: "a red apple" does, "the sun", "Saturn", "two cherries" and "half an avocado" do not. */
const describable = (thing: EmojiName, phrases: readonly string[]): readonly string[] =>
  phrases.filter(
    (phrase) => withArticle(phrase) || (!withArticle(thing.phrase) && !/^(the|two|half) |^[A-Z]/.test(phrase)),
  );

/** Phrases for a thing. */
interface Description {
  readonly adjective: string;
  readonly thing: EmojiName;
  readonly wording: Company["wording"];
  /** Which phrases the adjective fits. */
  fits(phrase: string): boolean;
}

/** "a small cat" of "small" and a cat; one of its phrases that `fits`, the usual one mostly. */
export const describedThing = (random: RandomStream, { adjective, thing, wording, fits }: Description): string =>
  described(adjective, worded(random, describable(thing, wording.phrases(thing)).filter(fits)));

/** Tells whether a thing has a phrase that takes an adjective and `fits`, in any wording. */
export const isDescribable = (thing: EmojiName, fits: (phrase: string) => boolean = () => true): boolean =>
  describable(thing, phrasesOf(thing)).some(fits);
