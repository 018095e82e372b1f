import type { RandomStream } from "aquatint/math";
import type { CaptionParts } from "../caption.ts";
import type { EmojiName } from "../names.ts";

/** Wording of scenes. */
export interface Wording {
  /** Noun phrases of one thing, the usual one first. */
  phrases(thing: EmojiName): readonly string[];
  /** Nouns of more than one of a thing that can be counted, the usual one first. */
  plurals(thing: EmojiName): readonly string[];
  /** Pool of phrases: the usual, with or without what else people say. */
  among<T>(usual: readonly T[], more: readonly T[]): readonly T[];
  /** The whole caption of a scene. */
  caption(random: RandomStream, parts: CaptionParts): string;
}
