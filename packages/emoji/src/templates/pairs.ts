import type { Template } from "../template.ts";
import { atSpots, type Spot } from "./layout.ts";
import { said, type Wording } from "./words.ts";

/** Two things side by side or one over the other. */
const pair = (spots: readonly [Spot, Spot], wordings: readonly Wording[]): Template => ({
  things: 2,
  stage: (random, { things }) => ({ parts: atSpots(random, spots), what: said(random, wordings, things) }),
});

const SIZE = [0.4, 0.45] as const;

/** The first thing is left of the second. */
export const left = pair(
  [
    { x: 0.25, y: 0.5, size: SIZE },
    { x: 0.75, y: 0.5, size: SIZE },
  ],
  [
    ([a, b]) => `${a} left of ${b}`,
    ([a, b]) => `${a} to the left of ${b}`,
    ([a, b]) => `${b} right of ${a}`,
    ([a, b]) => `${b} to the right of ${a}`,
  ],
);

/** The first thing is above the second. */
export const above = pair(
  [
    { x: 0.5, y: 0.25, size: SIZE },
    { x: 0.5, y: 0.75, size: SIZE },
  ],
  [([a, b]) => `${a} above ${b}`, ([a, b]) => `${b} below ${a}`],
);
