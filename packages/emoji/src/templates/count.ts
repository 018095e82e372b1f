import { pick, worded } from "aquatint/data";
import { itemAt } from "aquatint/util";
import type { Template } from "../template.ts";
import { placed, type Spot } from "./layout.ts";

const SIZE = [0.37, 0.43] as const;
const [low, middle, high] = [0.25, 0.5, 0.75];
const at = (x: number, y: number): Spot => ({ x, y, size: SIZE });

/** Phrase for the number, and the things' places. */
const counts: readonly { readonly word: string; readonly spots: readonly Spot[] }[] = [
  { word: "two", spots: [at(low, middle), at(high, middle)] },
  { word: "three", spots: [at(low, low), at(high, low), at(middle, high)] },
  { word: "four", spots: [at(low, low), at(high, low), at(low, high), at(high, high)] },
];

/** Two, three or four of the same thing. */
export const count: Template = {
  things: 1,
  variants: counts.length,
  suits: ({ plural }) => plural !== null,
  stage(random, { things, wording, turn }) {
    const drawn = counts.indexOf(pick(random, counts));
    const { word, spots } = itemAt(counts, (drawn + turn) % counts.length);
    return {
      parts: spots.map((spot) => ({ thing: 0, placement: placed(random, spot) })),
      what: `${word} ${worded(random, wording.plurals(itemAt(things, 0)))}`,
    };
  },
};
