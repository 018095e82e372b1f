import { pick } from "aquatint/data";
import { itemAt } from "aquatint/util";
import { colorWords } from "../drawing/colors.ts";
import type { Template } from "../template.ts";
import { left } from "./pairs.ts";
import { describedThing, isDescribable } from "./words.ts";

/** A phrase that says a color already takes no other. */
const colorless = (phrase: string): boolean => !phrase.split(" ").some((word) => colorWords.has(word));

/** Two things side by side, each in a color that it need not have in life: attributes must be bound to the right one. */
export const tinted: Template = {
  things: 2,
  paints: { count: 2, from: ["red", "orange", "yellow", "green", "blue", "purple", "pink"], use: "tints" },
  suits: (thing) => isDescribable(thing, colorless),
  stage(random, company) {
    const { wording } = company;
    const { parts } = left.stage(random, company);
    const [a, b] = company.things.map((thing, i) =>
      describedThing(random, { adjective: itemAt(company.paints, i).name, thing, wording, fits: colorless }),
    );
    return { parts, what: pick(random, [`${a} and ${b}`, `${b} and ${a}`]) };
  },
};
