import { drawUniform } from "aquatint/math";
import type { Template } from "../template.ts";
import { atSpots, type Spot } from "./layout.ts";
import { type Sentence, said } from "./words.ts";

/** Two things side by side or one over the other. */
const pair = (
  spots: readonly [Spot, Spot],
  { usual, more }: { readonly usual: readonly Sentence[]; readonly more: readonly Sentence[] },
): Template => ({
  things: 2,
  ordered: true,
  stage: (random, company) => ({ parts: atSpots(random, spots), what: said(random, company, usual, more) }),
});

const SIZE = [0.4, 0.45] as const;

const SIDE_BY_SIDE: readonly [Spot, Spot] = [
  { x: 0.25, y: 0.5, size: SIZE },
  { x: 0.75, y: 0.5, size: SIZE },
];

/** The first thing is left of the second. */
export const left = pair(SIDE_BY_SIDE, {
  usual: [
    ([a, b]) => `${a} left of ${b}`,
    ([a, b]) => `${a} to the left of ${b}`,
    ([a, b]) => `${b} right of ${a}`,
    ([a, b]) => `${b} to the right of ${a}`,
  ],
  more: [
    ([a, b]) => `${a} on the left of ${b}`,
    ([a, b]) => `${b} on the right of ${a}`,
    ([a, b]) => `${a} on the left and ${b} on the right`,
    ([a, b]) => `${b} on the right, ${a} on the left`,
  ],
});

/** The two are side by side, in whatever order. */
export const besideTemplate: Template = {
  things: 2,
  sideless: true,
  stage(random, company) {
    const spots = drawUniform(random) < 0.5 ? SIDE_BY_SIDE : SIDE_BY_SIDE.toReversed();
    const usual: readonly Sentence[] = [([a, b]) => `${a} next to ${b}`, ([a, b]) => `${a} beside ${b}`];
    const more: readonly Sentence[] = [
      ([a, b]) => `${a} and ${b}`,
      ([a, b]) => `${a} and ${b} side by side`,
      ([a, b]) => `${a} with ${b}`,
      ([a, b]) => `${a} next to ${b}`,
    ];
    return { parts: atSpots(random, spots), what: said(random, company, usual, more) };
  },
};

/** The first thing is above the second. */
export const above = pair(
  [
    { x: 0.5, y: 0.25, size: SIZE },
    { x: 0.5, y: 0.75, size: SIZE },
  ],
  {
    usual: [([a, b]) => `${a} above ${b}`, ([a, b]) => `${b} below ${a}`],
    more: [
      ([a, b]) => `${a} over ${b}`,
      ([a, b]) => `${b} under ${a}`,
      ([a, b]) => `${b} beneath ${a}`,
      ([a, b]) => `${a} at the top and ${b} at the bottom`,
    ],
  },
);
