import type { RandomStream } from "../../math/random.ts";

/** The parts that a caption is made of. */
export interface CaptionParts {
  /** What is to be seen: "a red apple". */
  readonly what: string;
  readonly style: string;
  /** "blue background". */
  readonly background: string;
}

/** The forms of a caption; each is as likely as its weight says. */
export const captionForms: readonly {
  readonly weight: number;
  readonly write: (parts: CaptionParts) => string;
}[] = [
  { weight: 55, write: ({ what, background }) => `${what}, ${background}` },
  { weight: 20, write: ({ what, style, background }) => `${what}, ${style} style, ${background}` },
  { weight: 10, write: ({ what, background }) => `${what} on ${indefinite(background)}` },
  { weight: 10, write: ({ what }) => what },
  { weight: 5, write: ({ what, style }) => `${what}, ${style} style` },
];

/** How often a thing or a colour goes by its usual words rather than by one of its aliases. */
const USUAL = 0.75;

/** The usual words or, one time in four, another way to say the same. */
export function worded(random: RandomStream, usual: string, aliases: readonly string[]): string {
  return aliases.length === 0 || random.rand(1)[0]! < USUAL ? usual : pick(random, aliases);
}

/** A caption of one of the forms. */
export function caption(random: RandomStream, parts: CaptionParts): string {
  const total = captionForms.reduce((sum, { weight }) => sum + weight, 0);
  let left = random.rand(1)[0]! * total;
  for (const { weight, write } of captionForms) {
    left -= weight;
    if (left < 0) return write(parts);
  }
  return captionForms[0]!.write(parts);
}

/** One of the items, all equally likely. */
export const pick = <T>(random: RandomStream, items: readonly T[]): T => items[random.randint(0, items.length, 1)[0]!]!;

const indefinite = (phrase: string): string => `${/^[aeiou]/.test(phrase) ? "an" : "a"} ${phrase}`;
