import { z } from "zod";
import { nearest } from "../../math/nearest.ts";
import { torchCpu } from "../../math/random.ts";
import type { Dataset } from "../dataset.ts";
import { indexedStream } from "../indexed-stream.ts";
import type { DatasetKind } from "../kind.ts";
import { styles } from "./art/atlas.ts";
import { colours } from "./colours.ts";
import { emojiNames, phrasesOf } from "./names.ts";
import { type SceneTruth, sceneSource } from "./scenes.ts";

const didYouMean = (input: unknown, names: readonly string[]): string => {
  const name = typeof input === "string" ? nearest(input, names) : undefined;
  return name === undefined ? "" : `, did you mean "${name}"?`;
};

const oneOf = (items: readonly { readonly name: string }[], what: string) => {
  const names = items.map(({ name }) => name);
  const error = (input: unknown) => `${JSON.stringify(input)} is not ${what} of the table${didYouMean(input, names)}`;
  return z.enum(names, { error: ({ input }) => error(input) });
};

const someOf = <T extends z.ZodType<string>>(item: T) =>
  z
    .array(item)
    .min(1)
    .refine((list) => new Set(list).size === list.length, "an entry stands twice");

const config = z.strictObject({
  name: z.literal("emoji-singles").describe("One emoji on a plain background of a named colour."),
  size: z.int().min(8).max(1024).default(32).describe("Height and width of the pictures, in pixels."),
  styles: someOf(z.enum(styles))
    .default([...styles])
    .describe("The art styles to draw in."),
  names: someOf(oneOf(emojiNames, "a name")).optional().describe("The things to draw; all of the table if left out."),
  colours: someOf(oneOf(colours, "a colour")).optional().describe("The background colours; all if left out."),
  mirror: z.boolean().default(false).describe("Swap left and right of the thing one time in two."),
});

/** How many drawn captions the corpus for a vocabulary has, after every phrase and colour has stood in it once. */
const CORPUS = 10_000;

/** Art is kept this many times larger than the pictures, so that placing it at fractions of a pixel stays sharp. */
const ART_SCALE = 2;

/** One emoji on a plain background: "a red apple, blue background". */
export const emojiSingles: DatasetKind<typeof config, SceneTruth> = {
  config,
  async create(
    { name, size, styles, names, colours: colourNames, mirror },
    { emojiArt },
  ): Promise<Dataset<SceneTruth>> {
    const things = emojiNames.filter((e) => names?.includes(e.name) ?? true);
    const grounds = colours.filter((c) => colourNames?.includes(c.name) ?? true);
    const atlas = await emojiArt({ hexes: things.map((e) => e.hex), styles, size: ART_SCALE * size });
    const world = { names: things, styles, colours: grounds, mirror, atlas };
    const draw = sceneSource({ ...world, templates: ["single"], backgrounds: ["solid"] });
    return {
      name,
      size: [size, size],
      *captions() {
        for (const thing of things) yield* phrasesOf(thing);
        for (const { name, aliases } of grounds) yield* [name, ...aliases].map((word) => `${word} background`);
        for (const style of styles) yield `${style} style`;
        const random = torchCpu(0);
        for (let i = 0; i < CORPUS; i++) yield draw(random).caption;
      },
      stream: ({ seed }) => indexedStream(draw, { seed, size: [size, size] }),
    };
  },
};
