import { pick } from "aquatint/data";
import type { RandomStream } from "aquatint/math";
import { drawInteger, drawUniform } from "aquatint/math";
import { itemAt } from "aquatint/util";
import type { EmojiName } from "../names.ts";
import type { Company, Template } from "../template.ts";
import { atSpots } from "./layout.ts";
import { describedThing, isDescribable } from "./words.ts";

/** A phrase that says a size already takes no other. */
const unsized = (phrase: string): boolean => !/\b(big|small|baby|slice|piece|cup|mug|glass|bowl)\b/.test(phrase);

/** Adjectives, the first of which is the usual one. */
const adjectives = { big: ["big", "large", "huge"], small: ["small", "little", "tiny"] } as const;

type Sized = {
  readonly thing: EmojiName;
  readonly size: keyof typeof adjectives;
  readonly wording: Company["wording"];
};

/** "a big cat"; the adjective is drawn only where the wording has more than one. */
function sizedThing(random: RandomStream, { thing, size, wording }: Sized): string {
  const [usual, ...more] = adjectives[size];
  const words = wording.among([usual], more);
  const adjective = words.length > 1 ? pick(random, words) : usual;
  return describedThing(random, { adjective, thing, wording, fits: unsized });
}

/** The first thing is big, the second small. */
export const sizes: Template = {
  things: 2,
  suits: (thing) => isDescribable(thing, unsized),
  sideless: true,
  ordered: true,
  stage(random, { things, wording }) {
    const flip = drawUniform(random) < 0.5;
    const x = (at: number): number => (flip ? 1 - at : at);
    const parts = atSpots(random, [
      { x: x(0.36), y: 0.5, size: [0.6, 0.66] },
      { x: x(0.84), y: 0.74, size: [0.24, 0.28] },
    ]);
    const a = sizedThing(random, { thing: itemAt(things, 0), size: "big", wording });
    const b = sizedThing(random, { thing: itemAt(things, 1), size: "small", wording });
    const more = [`${a} and ${b}`, `${a} beside ${b}`, `${b} beside ${a}`];
    return { parts, what: pick(random, wording.among([`${a} next to ${b}`, `${b} next to ${a}`], more)) };
  },
};

const alone = {
  big: { x: 0.5, y: 0.5, size: [0.88, 0.96] },
  small: { x: 0.5, y: 0.5, size: [0.3, 0.38], stray: 0.12 },
} as const;

/** One thing, big or small for an image. */
export const scaled: Template = {
  things: 1,
  variants: 2,
  suits: (thing) => isDescribable(thing, unsized),
  stage(random, { things, wording, turn }) {
    const sizes = ["big", "small"] as const;
    const size = itemAt(sizes, (drawInteger(random, 2) + turn) % 2);
    return {
      parts: atSpots(random, [alone[size]]),
      what: sizedThing(random, { thing: itemAt(things, 0), size, wording }),
    };
  },
};
