import { pick } from "aquatint/data";
import type { RandomStream } from "aquatint/math";
import { itemAt } from "aquatint/util";
import type { Animations } from "../art/atlas.ts";
import type { EmojiName } from "../names.ts";
import table from "./animations.json" with { type: "json" };
import { pathOf } from "./pose.ts";
import { within } from "./range.ts";
import type { ClipCast, ClipStaging, ClipWorld } from "./world.ts";

/** An emoji that moves by itself. */
export interface AnimatedEmoji {
  /** Name in truths; that of the table of names where the thing is there. */
  readonly name: string;
  /** Unicode code points, hexadecimal, joined by "-", without the variation selector fe0f. */
  readonly hex: string;
  /** Captions that tell its action, the usual one first: "a cat waking up". */
  readonly captions: readonly string[];
}

/** Every animation that is used, described by eye. */
export const animatedEmoji: readonly AnimatedEmoji[] = table;

const asName = ({ name, hex, captions }: AnimatedEmoji): EmojiName => {
  const [phrase = name, ...aliases] = captions;
  return { name, hex, phrase, aliases, plural: null };
};

/** Each animation as a thing whose phrases are its captions. */
const things: readonly EmojiName[] = animatedEmoji.map(asName);

/** One of the animations. */
export const animatedCast = (random: RandomStream, _: Animations): Pick<ClipCast, "motion" | "style" | "things"> => ({
  motion: null,
  style: "3d",
  things: [pick(random, things)],
});

/** An animation in its place, as large as a single thing. */
export function animatedStaging(random: RandomStream, world: ClipWorld, thing: EmojiName): ClipStaging {
  const images = world.animations?.source.frames(thing.hex) ?? [];
  const size = within(random, 0.78, 0.94);
  const stray = Math.max(0, (0.98 - size) / 2);
  const [x, y] = [0.5 + within(random, -stray, stray), 0.5 + within(random, -stray, stray)];
  return {
    what: pick(random, [thing.phrase, ...thing.aliases]),
    paths: [pathOf(world.frames, () => ({ size, x, y }))],
    art: (_, frame) => itemAt(images, frame),
  };
}
