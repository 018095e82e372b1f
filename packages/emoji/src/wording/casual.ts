import { pick } from "aquatint/data";
import { drawUniform, type RandomStream } from "aquatint/math";
import { indefinite } from "../caption.ts";
import asides from "./asides.json" with { type: "json" };
import { varied } from "./varied.ts";
import type { Wording } from "./wording.ts";

/** Share of short captions that get an aside. */
const ASIDE_SHARE = 0.4;
/** Words of the longest caption that gets one: a longer one would not fit into the context of the text encoder. */
const MAX_WORDS = 10;

/** "a cat" with the adjective "brave": "a brave cat". A caption that does not begin with a thing stays as it is. */
const adorned = (caption: string, adjective: string): string =>
  caption.replace(/^an? (?!(?:picture|image|drawing|emoji) of)(.*)/, (_, rest: string) =>
    indefinite(`${adjective} ${rest}`),
  );

/** Ways to add what the image does not show; each is as likely as the others. */
const ways: readonly ((random: RandomStream, caption: string) => string)[] = [
  (random, caption) => `${pick(random, asides.leads)}${caption}`,
  (random, caption) => adorned(caption, pick(random, asides.adjectives)),
  (random, caption) => `${caption}${pick(random, asides.tails)}`,
  (random, caption) => `${adorned(caption, pick(random, asides.adjectives))}${pick(random, asides.tails)}`,
];

/** The varied wording with asides: words that do not change the image, so that a model learns to ignore them. */
export const casual: Wording = {
  ...varied,
  caption(random, parts) {
    const caption = varied.caption(random, parts);
    if (caption.split(" ").length > MAX_WORDS || drawUniform(random) >= ASIDE_SHARE) return caption;
    return pick(random, ways)(random, caption);
  },
};
