import type { Place } from "aquatint/data";
import type { RandomStream } from "aquatint/math";
import type { NamedColour } from "./colours.ts";
import type { EmojiName } from "./names.ts";
import type { Shape } from "./shapes.ts";

/** Who plays in a scene; index i of each list is one thing, or one of the template's own paints. */
export interface Company {
  readonly things: readonly EmojiName[];
  /** Widths over heights. */
  readonly aspects: readonly number[];
  /** Whether a thing's left and right are swapped. */
  readonly mirrored: readonly boolean[];
  readonly paints: readonly NamedColour[];
}

/** One thing in its place. */
export interface Part {
  /** Index into the company's things. */
  readonly thing: number;
  readonly place: Omit<Place, "mirrored">;
}

/** A scene with everything in its place. */
export interface Staging {
  /** Noun phrase of what is to be seen. */
  readonly what: string;
  /** Later ones are in front. */
  readonly parts: readonly Part[];
  /** Behind the things. */
  readonly shape?: Shape;
}

/** A kind of scene: who may play in it, what it says of them, where they stand. */
export interface Template {
  /** Different things in it. */
  readonly things: number;
  /** Whether a thing can play the i-th part; any can if left out. */
  readonly suits?: (thing: EmojiName, part: number) => boolean;
  /** Colours of its own, by name, that stand out from the background and from each other. */
  readonly paints?: { readonly count: number; readonly from: readonly string[]; readonly use: "tints" | "behind" };
  stage(random: RandomStream, company: Company): Staging;
}
