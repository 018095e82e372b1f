import { pick } from "aquatint/data";
import type { Template } from "../template.ts";
import { atSpots } from "./layout.ts";
import { describedThing, isDescribable } from "./words.ts";

/** A phrase that says a size already takes no other. */
const unsized = (phrase: string): boolean => !/\b(big|small|baby|slice|piece|cup|mug|glass|bowl)\b/.test(phrase);

/** The first thing is big, the second small. */
export const sizes: Template = {
  things: 2,
  suits: (thing) => isDescribable(thing, unsized),
  stage(random, { things: [big, small] }) {
    const flip = random.rand(1)[0]! < 0.5;
    const x = (at: number): number => (flip ? 1 - at : at);
    const parts = atSpots(random, [
      { x: x(0.36), y: 0.5, size: [0.6, 0.66] },
      { x: x(0.84), y: 0.74, size: [0.24, 0.28] },
    ]);
    const a = describedThing(random, "big", big!, unsized);
    const b = describedThing(random, "small", small!, unsized);
    return { parts, what: pick(random, [`${a} next to ${b}`, `${b} next to ${a}`]) };
  },
};
