import type { Color } from "aquatint/formats";

/** A background color that captions can name. */
export interface NamedColor {
  /** Name in configs, truths and most captions. */
  readonly name: string;
  /** Other words for it. */
  readonly aliases: readonly string[];
  readonly rgb: Color;
}

/** The named background colors; any two are at least 64 apart in RGB distance. */
export const colors: readonly NamedColor[] = [
  { name: "red", aliases: [], rgb: [222, 60, 60] },
  { name: "orange", aliases: [], rgb: [245, 150, 50] },
  { name: "yellow", aliases: [], rgb: [250, 218, 80] },
  { name: "green", aliases: [], rgb: [90, 180, 90] },
  { name: "teal", aliases: ["turquoise"], rgb: [60, 170, 170] },
  { name: "sky blue", aliases: ["light blue"], rgb: [170, 215, 250] },
  { name: "blue", aliases: [], rgb: [80, 140, 230] },
  { name: "navy", aliases: ["dark blue"], rgb: [30, 45, 100] },
  { name: "purple", aliases: ["violet"], rgb: [150, 100, 210] },
  { name: "pink", aliases: [], rgb: [250, 170, 200] },
  { name: "brown", aliases: [], rgb: [140, 95, 65] },
  { name: "gray", aliases: ["grey"], rgb: [150, 150, 155] },
  { name: "black", aliases: [], rgb: [20, 20, 24] },
  { name: "white", aliases: [], rgb: [255, 255, 255] },
];

/** Every word that names a color, or part of one: a phrase with such a word says a color already. */
export const colorWords: ReadonlySet<string> = new Set(
  [...colors.flatMap(({ name, aliases }) => [name, ...aliases]), "golden", "wooden"].flatMap((c) => c.split(" ")),
);
