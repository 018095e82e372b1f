import { pick } from "aquatint/data";
import type { RgbaImage } from "aquatint/formats";
import type { RandomStream } from "aquatint/math";
import type { EmojiAtlas } from "../art/atlas.ts";
import type { EmojiName } from "../names.ts";
import table from "./animations.json" with { type: "json" };
import type { ClipCast, ClipStaging, ClipWorld } from "./clips.ts";
import { pathOf } from "./pose.ts";
import { within } from "./range.ts";

/** An emoji that moves by itself. */
export interface AnimatedEmoji {
  /** Name in truths; that of the table of names where the thing is there. */
  readonly name: string;
  /** Unicode code points, hexadecimal, joined by "-", without the variation selector fe0f. */
  readonly hex: string;
  /** What it does in the clip, the usual caption first: "a cat waking up". */
  readonly captions: readonly string[];
}

/** Every animation that is used, described by eye. */
export const animatedEmoji: readonly AnimatedEmoji[] = table;

/** Which animations to have at hand. */
export interface AnimationRequest {
  readonly hexes: readonly string[];
  readonly frames: number;
  /** The longer side of each frame, in pixels. */
  readonly size: number;
}

/** Animations in memory, all frames of one trimmed to the same box. */
export interface Animations {
  /** The frames of an animation that was asked for. */
  frames(hex: string): readonly RgbaImage[];
  /** The first frame of each, in the style "3d". */
  readonly atlas: EmojiAtlas;
}

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
    art: (_, frame) => images[frame]!,
  };
}
