import type { RandomStream } from "aquatint/math";
import type { EmojiName } from "../names.ts";
import type { Sentence } from "../templates/words.ts";
import type { Path } from "./pose.ts";

/** A motion of one or two things, and how captions say it. */
export interface Motion {
  /** Different things in it. */
  readonly things: 1 | 2;
  /** Sentences that fit every thing, the most usual first. */
  readonly usual: readonly Sentence[];
  /** Sentences that fit these things alone. */
  readonly more?: (things: readonly EmojiName[]) => readonly Sentence[];
  /** The path of each thing; later ones are in front. */
  paths(random: RandomStream, frames: number): readonly Path[];
}

/** A thing that does it: "a cat spinning". */
export const doing =
  (verb: string): Sentence =>
  ([thing]) =>
    `${thing} ${verb}`;
