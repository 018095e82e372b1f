import type { Template } from "../template.ts";
import { atSpots } from "./layout.ts";
import { said } from "./words.ts";

const SIZE = [0.27, 0.31] as const;

/** The first thing stands between the second, on its left, and the third. */
export const between: Template = {
  things: 3,
  ordered: true,
  stage: (random, company) => ({
    parts: atSpots(random, [
      { x: 0.5, y: 0.5, size: SIZE, stray: 0.01 },
      { x: 0.175, y: 0.5, size: SIZE },
      { x: 0.825, y: 0.5, size: SIZE },
    ]),
    what: said(random, company, [([a, b, c]) => `${a} between ${b} and ${c}`]),
  }),
};
