import { type Canvas, fill, mixColors } from "aquatint/data";
import { itemAt } from "aquatint/util";
import { indefinite } from "../caption.ts";
import type { NamedColor } from "./colors.ts";
import { bands, checks, disc } from "./coverage.ts";

/** A way to cover the ground behind the objects: how many colors it takes, how it looks, what it is called. */
export interface BackgroundKind {
  readonly colors: number;
  /** `variation`, 0 .. 1, chooses among looks that are called the same: how many stripes, where the ground begins. */
  paint(canvas: Canvas, colors: readonly NamedColor[], variation: number): void;
  /** Without article; `words` holds one color word for each color. */
  phrase(words: readonly string[]): string;
  /** Link to the things: "on a blue background". */
  before(words: readonly string[]): string;
}

/** Names of the kinds of background. */
export const backgroundNames = ["solid", "gradient", "stripes", "checks", "dots", "ground"] as const;

/** The name of a kind of background. */
export type BackgroundKindName = (typeof backgroundNames)[number];

type Share = (x: number, y: number) => number;

/** Two colors; `share` makes the second one's coverage of each pixel, 0 .. 1. */
const twoColors = (
  call: (words: readonly string[]) => string,
  share: (side: number, variation: number) => Share,
): BackgroundKind => ({
  colors: 2,
  paint: (canvas, colors, variation) =>
    mixColors(canvas, [itemAt(colors, 0).rgb, itemAt(colors, 1).rgb], share(canvas.side, variation)),
  phrase: call,
  before: (words) => `on ${indefinite(call(words))}`,
});

const between = (min: number, max: number, variation: number): number => min + (max - min) * variation;
const step = (min: number, max: number, variation: number): number => Math.floor(between(min, max + 1, variation));

/** "sky blue sky" says it twice. */
const skyWords = (word: string): string => (word === "sky blue" ? "light blue" : word);
const skyAndGround = (words: readonly string[]): string =>
  `${skyWords(itemAt(words, 0))} sky and ${itemAt(words, 1)} ground`;

/** Every kind of background. */
export const backgroundKinds: Readonly<Record<BackgroundKindName, BackgroundKind>> = {
  solid: {
    colors: 1,
    paint: (canvas, colors) => fill(canvas, itemAt(colors, 0).rgb),
    phrase: ([word]) => `${word} background`,
    before: ([word]) => `on ${indefinite(`${word} background`)}`,
  },
  /** From the first color at the top to the second at the bottom. */
  gradient: twoColors(
    ([a, b]) => `${a} to ${b} gradient background`,
    (side) => (_, y) => y / (side - 1),
  ),
  stripes: twoColors(
    ([a, b]) => `${a} and ${b} striped background`,
    (side, variation) => {
      const stripes = bands(side, step(5, 8, variation));
      return (x) => itemAt(stripes, x);
    },
  ),
  checks: twoColors(
    ([a, b]) => `${a} and ${b} checkered background`,
    (side, variation) => checks(side, step(5, 8, variation)),
  ),
  dots: twoColors(
    ([a, b]) => `${a} background with ${b} dots`,
    (side, variation) => {
      const pitch = side / step(5, 7, variation);
      const dot = disc({ radius: 0.24 * pitch });
      const along = (pixel: number): number => ((pixel + 0.5) % pitch) - pitch / 2;
      return (x, y) => dot(along(x), along(y));
    },
  ),
  /** The first color is the sky's, the second the ground's. */
  ground: {
    ...twoColors(skyAndGround, (side, variation) => {
      const horizon = side * between(0.62, 0.78, variation);
      return (_, y) => Math.min(1, Math.max(0, y + 1 - horizon));
    }),
    before: (words) => `with ${indefinite(skyAndGround(words))}`,
  },
};
