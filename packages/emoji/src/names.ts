import table from "./names.json" with { type: "json" };

/** One thing that can be drawn, with the words for it. */
export interface EmojiName {
  /** Name in configs and truths; unique. */
  readonly name: string;
  /** Unicode code points, hexadecimal, joined by "-", without the variation selector fe0f. */
  readonly hex: string;
  /** The noun phrase of most captions, with its article. */
  readonly phrase: string;
  /** Other noun phrases for the same image; no phrase belongs to two names. */
  readonly aliases: readonly string[];
  /** Plural after "two"; null where nobody would count it. */
  readonly plural: string | null;
}

/** Every thing of the table, chosen by eye: each is what its phrases say in all three art styles. */
export const emojiNames: readonly EmojiName[] = table;

/** Every way to say a thing, the usual one first. */
export const phrasesOf = ({ phrase, aliases }: EmojiName): readonly string[] => [phrase, ...aliases];
