import type { RandomStream } from "../../math/random.ts";

/** The parts that a caption is made of. */
export interface CaptionParts {
  /** What is to be seen: "a red apple". */
  readonly what: string;
  readonly style: string;
  /** "blue background". */
  readonly background: string;
  /** "on a blue background". */
  readonly before: string;
}

/** The forms of a caption; each is as likely as its weight says. */
export const captionForms: readonly {
  readonly weight: number;
  readonly write: (parts: CaptionParts) => string;
}[] = [
  { weight: 55, write: ({ what, background }) => `${what}, ${background}` },
  { weight: 20, write: ({ what, style, background }) => `${what}, ${style} style, ${background}` },
  { weight: 10, write: ({ what, before }) => `${what} ${before}` },
  { weight: 10, write: ({ what }) => what },
  { weight: 5, write: ({ what, style }) => `${what}, ${style} style` },
];

/** How often a thing or a colour goes by its usual words rather than by one of its aliases. */
const USUAL = 0.75;

/** The first of the wordings or, one time in four, one of the others. */
export function worded(random: RandomStream, [usual, ...others]: readonly string[]): string {
  return others.length === 0 || random.rand(1)[0]! < USUAL ? usual! : pick(random, others);
}

/** A caption of one of the forms. */
export const caption = (random: RandomStream, parts: CaptionParts): string =>
  weighted(random, captionForms).write(parts);

/** One of the items, all equally likely. */
export const pick = <T>(random: RandomStream, items: readonly T[]): T => items[random.randint(0, items.length, 1)[0]!]!;

/** One of the items, each as likely as its weight says. */
export function weighted<T extends { readonly weight: number }>(random: RandomStream, items: readonly T[]): T {
  const total = items.reduce((sum, { weight }) => sum + weight, 0);
  let left = random.rand(1)[0]! * total;
  for (const item of items) {
    left -= item.weight;
    if (left < 0) return item;
  }
  return items.at(-1)!;
}

/** "an orange background" of "orange background". */
export const indefinite = (phrase: string): string => `${article(phrase)} ${phrase}`;

/** "a small orange" of "an orange", "small scissors" of "scissors". */
export function described(adjective: string, phrase: string): string {
  const [first, ...rest] = phrase.split(" ");
  return first === "a" || first === "an" ? indefinite(`${adjective} ${rest.join(" ")}`) : `${adjective} ${phrase}`;
}

const article = (noun: string): string => (/^[aeiou]/.test(noun) && !/^uni/.test(noun) ? "an" : "a");
