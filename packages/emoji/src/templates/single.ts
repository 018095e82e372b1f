import type { Template } from "../template.ts";
import { atSpots } from "./layout.ts";
import { said } from "./words.ts";

/** One thing that fills the image. */
export const single: Template = {
  things: 1,
  stage: (random, company) => ({
    parts: atSpots(random, [{ x: 0.5, y: 0.5, size: [0.8, 0.94] }]),
    what: said(random, company, [([a]) => a!], [([a]) => a!, ([a]) => a!, ([a]) => a!.replace(/^an? /, "one ")]),
  }),
};
