import { pick } from "aquatint/data";
import { drawUniform } from "aquatint/math";
import { itemAt } from "aquatint/util";
import { indefinite } from "../caption.ts";
import { shapeNames } from "../drawing/shapes.ts";
import type { Template } from "../template.ts";
import { atSpots } from "./layout.ts";
import { said } from "./words.ts";

/** Size of a thing that lies wholly inside a shape of the size 1: a square of 0.7 fits into a circle. */
const FILLS: readonly [number, number] = [0.58, 0.66];

/** One thing inside a colored shape. */
export const inside: Template = {
  things: 1,
  paints: {
    count: 1,
    from: ["red", "orange", "yellow", "green", "sky blue", "blue", "navy", "purple", "pink", "white"],
    use: "behind",
  },
  stage(random, company) {
    const paint = itemAt(company.paints, 0);
    const name = pick(random, shapeNames);
    const size = 0.72 + 0.12 * drawUniform(random);
    const [min, max] = FILLS.map((share) => share * size) as [number, number];
    const behind = indefinite(`${paint.name} ${name}`);
    return {
      shape: { name, size, color: paint.name },
      parts: atSpots(random, [{ x: 0.5, y: 0.5, size: [min, max] }]),
      what: said(
        random,
        company,
        [([a]) => `${a} inside ${behind}`, ([a]) => `${a} in ${behind}`],
        [([a]) => `${a} inside of ${behind}`, ([a]) => `${behind} with ${a} inside`],
      ),
    };
  },
};
