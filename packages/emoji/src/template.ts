import type { Placement } from "aquatint/data";
import type { RandomStream } from "aquatint/math";
import type { NamedColor } from "./drawing/colors.ts";
import type { Shape } from "./drawing/shapes.ts";
import type { EmojiName } from "./names.ts";
import type { Wording } from "./wording/wording.ts";

/** Who plays in a scene; index i of each list is one thing, or one of the template's own paints. */
export interface Company {
  readonly things: readonly EmojiName[];
  /** Widths over heights. */
  readonly aspects: readonly number[];
  /** For each thing, true if its left and right are swapped. */
  readonly mirrored: readonly boolean[];
  readonly paints: readonly NamedColor[];
  readonly wording: Wording;
  /** Offset among the template's own variants from the one that is drawn; 0 for that one. */
  readonly turn: number;
}

/** One thing in its place. */
export interface Part {
  /** Index into the company's things. */
  readonly thing: number;
  readonly placement: Omit<Placement, "mirrored">;
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
  /** Tells whether a thing can play the i-th part; any can if left out. */
  readonly suits?: (thing: EmojiName, part: number) => boolean;
  /** Colors of its own, by name, that stand out from the background and from each other. */
  readonly paints?: { readonly count: number; readonly from: readonly string[]; readonly use: "tints" | "behind" };
  /** True if its caption leaves open on which side of each other the things are. */
  readonly sideless?: true;
  /** True if the same things in another order are another scene. */
  readonly ordered?: true;
  /** Number of its own variants, where the caption tells which. */
  readonly variants?: number;
  stage(random: RandomStream, company: Company): Staging;
}
