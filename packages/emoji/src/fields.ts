import { didYouMean } from "aquatint/math";
import { z } from "zod";
import { styles } from "./art/atlas.ts";
import { backgroundNames } from "./backgrounds.ts";
import { colors } from "./colors.ts";
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
    .describe("The things to draw; all of the table if left out."),
  colors: someOf(
    oneOf(
      colors.map((c) => c.name),
      "a color",
    ),
  )
    .optional()
    .describe("The background colors; all if left out."),
  mirror: z.boolean().default(false).describe("Swap left and right of each thing one time in two."),
  templates: weights(templateNames, "a kind of scene")
    .optional()
    .describe(
      "How often each kind of scene is drawn, relative to the others; if left out, all that the names can play.",
    ),
  backgrounds: weights(backgroundNames, "a kind of background")
    .default(usualBackgrounds)
    .describe("How often each kind of background is drawn, relative to the others."),
  nameSet: z.enum(nameSetNames).optional().describe("The things to draw, as a set, in place of `names`."),
  styleWeights: weights(styles, "a style")
    .optional()
    .describe("How often each of the styles is drawn, relative to the others; all alike if left out."),
  wording: z
    .enum(wordingNames)
    .default("plain")
    .describe(
      "How captions are put: plainly, or varied as people type them (the first of the styles then goes without saying).",
    ),
  contrasts: z
    .int()
    .min(0)
    .max(15)
    .default(0)
    .describe(
      "Scenes that follow each one and differ from it in one respect: order, relation, color, name, number or size.",
    ),
} as const;
