import { pick } from "aquatint/data";
import type { RandomStream } from "aquatint/math";
import { drawUniform } from "aquatint/math";
import { indefinite } from "../caption.ts";
import asides from "./asides.json" with { type: "json" };
import { varied } from "./varied.ts";
import type { Wording } from "./wording.ts";

/** Share of short captions with an aside. */
const CASUAL = 0.4;
/** Words of the longest caption that gets one: a longer one would not fit into the context of the text encoder. */
const SHORT = 10;

/** A caption with an adjective of what it names first; one that begins otherwise stays as it is. */
const adorned = (caption: string, adjective: string): string =>
  caption.replace(/^an? (?!(?:picture|image|drawing|emoji) of)(.*)/, (_, rest: string) =>
    indefinite(`${adjective} ${rest}`),
  );

/** Ways of saying what is not in the picture; each is as likely as the others. */
const ways: readonly ((random: RandomStream, caption: string) => string)[] = [
  (random, caption) => `${pick(random, asides.leads)}${caption}`,
  (random, caption) => adorned(caption, pick(random, asides.adjectives)),
  (random, caption) => `${caption}${pick(random, asides.tails)}`,
  (random, caption) => `${adorned(caption, pick(random, asides.adjectives))}${pick(random, asides.tails)}`,
];

/** The varied wording with asides: words that do not change the picture, so that a model learns to pass over them. */
export const casual: Wording = {
  ...varied,
  caption(random, parts) {
    const caption = varied.caption(random, parts);
    if (caption.split(" ").length > SHORT || drawUniform(random) >= CASUAL) return caption;
    return pick(random, ways)(random, caption);
  },
};
