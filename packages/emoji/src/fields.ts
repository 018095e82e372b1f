import { didYouMean } from "aquatint/math";
import { z } from "zod";
import { type Style, styles } from "./art/atlas.ts";
import { backgroundNames } from "./drawing/backgrounds.ts";
import { colors } from "./drawing/colors.ts";
import { motionNames } from "./motions/motions.ts";
import { nameSetNames } from "./name-sets.ts";
import { emojiNames } from "./names.ts";
import { templateNames } from "./templates.ts";
import { wordingNames } from "./wording/wordings.ts";

/** Behind a sentence. */
const suggestion = (input: unknown, names: readonly string[]): string => {
  const hint = typeof input === "string" ? didYouMean(input, names) : undefined;
  return hint === undefined ? "" : `, ${hint}`;
};

const oneOf = <T extends string>(names: readonly T[], what: string) =>
  z.enum(names, {
    error: ({ input }) => `${JSON.stringify(input)} is not ${what} of the table${suggestion(input, names)}`,
  });

const someOf = <T extends z.ZodType<string>>(item: T) =>
  z
    .array(item)
    .min(1)
    .refine((list) => new Set(list).size === list.length, "an entry stands twice");

/** Positive numbers by name; what is not named is not drawn. */
const weights = <T extends string>(names: readonly T[], what: string) => {
  const weight = z.number().positive().optional();
  const shape = Object.fromEntries(names.map((name) => [name, weight])) as Record<T, typeof weight>;
  return z
    .strictObject(shape, {
      error: (issue) =>
        issue.code === "unrecognized_keys"
          ? `${JSON.stringify(issue.keys[0])} is not ${what}${suggestion(issue.keys[0], names)}`
          : undefined,
    })
    .refine((value) => Object.keys(value).length > 0, `expected at least one of ${names.join(", ")}`);
};

/** Fields that must agree with each other. */
interface Agreeing {
  readonly names?: readonly string[] | undefined;
  readonly name_set?: string | undefined;
  readonly styles: readonly Style[];
  readonly style_weights?: object | undefined;
}

/** The schema of a config whose names are given once, and whose weights are of its own styles. */
export const agreeing = <T extends z.ZodType<Agreeing>>(schema: T): T =>
  schema
    .refine(({ names, name_set }) => names === undefined || name_set === undefined, {
      path: ["name_set"],
      error: '"names" says which things to draw, too: give one of the two',
    })
    .refine(({ styles, style_weights }) => Object.keys(style_weights ?? {}).every((s) => styles.includes(s as Style)), {
      path: ["style_weights"],
      error: 'a style has a weight and is not in "styles"',
    });

const usualBackgrounds = { solid: 4, gradient: 1, stripes: 1, checks: 1, dots: 1, ground: 1 } as const;

/** The fields that the configs of emoji datasets are made of. */
export const emojiFields = {
  styles: someOf(z.enum(styles))
    .default([...styles])
    .describe("The art styles to draw in."),
  names: someOf(
    oneOf(
      emojiNames.map((e) => e.name),
      "a name",
    ),
  )
    .optional()
    .describe("The things to draw. Default: all of the table."),
  colors: someOf(
    oneOf(
      colors.map((c) => c.name),
      "a color",
    ),
  )
    .optional()
    .describe("The background colors. Default: all."),
  mirror: z.boolean().default(false).describe("Flip each thing horizontally with a probability of 1/2."),
  templates: weights(templateNames, "a kind of scene")
    .optional()
    .describe(
      "Relative frequency of each kind of scene. Default: built-in frequencies of the kinds that the names allow.",
    ),
  motions: weights(motionNames, "a motion")
    .optional()
    .describe("How often each motion is drawn, relative to the others; all alike if left out."),
  backgrounds: weights(backgroundNames, "a kind of background")
    .default(usualBackgrounds)
    .describe("Relative frequency of each kind of background."),
  nameSet: z.enum(nameSetNames).optional().describe("A set of things to draw, instead of `names`."),
  styleWeights: weights(styles, "a style")
    .optional()
    .describe("Relative frequency of each style. Default: equally often."),
  wording: z
    .enum(wordingNames)
    .default("plain")
    .describe(
      "Wording of captions: plain; varied as people type them, in which the first of the styles may be left unnamed; or casual: varied, with words that the image does not show.",
    ),
  contrasts: z
    .int()
    .min(0)
    .max(15)
    .default(0)
    .describe(
      "Number of scenes after each one that differ from it in one respect: order, relation, color, name, number or size.",
    ),
} as const;
