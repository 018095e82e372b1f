import { itemAt } from "aquatint/util";
import type { Template } from "../template.ts";
import { atSpots } from "./layout.ts";
import { type Sentence, said } from "./words.ts";

/** The thing alone. */
const name: Sentence = (names) => itemAt(names, 0);

/** One thing that fills the image. */
export const single: Template = {
  things: 1,
  stage: (random, company) => ({
    parts: atSpots(random, [{ x: 0.5, y: 0.5, size: [0.8, 0.94] }]),
    what: said(random, company, [name], [name, name, (names) => name(names).replace(/^an? /, "one ")]),
  }),
};
