import { weighted } from "aquatint/data";
import type { RandomStream } from "aquatint/math";

/** The parts that a caption is made of. */
export interface CaptionParts {
  /** Phrase for the content: "a red apple". */
  readonly what: string;
  readonly style: string;
  /** True if the style goes without saying. */
  readonly usualStyle: boolean;
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

/** A caption of one of the forms. */
export const caption = (random: RandomStream, parts: CaptionParts): string =>
  weighted(random, captionForms).write(parts);

/** "an orange background" of "orange background". */
export const indefinite = (phrase: string): string => `${article(phrase)} ${phrase}`;

/** "a small orange" of "an orange", "small scissors" of "scissors". */
export function described(adjective: string, phrase: string): string {
  const [first, ...rest] = phrase.split(" ");
  return first === "a" || first === "an" ? indefinite(`${adjective} ${rest.join(" ")}`) : `${adjective} ${phrase}`;
}

const article = (noun: string): string => (/^[aeiou]/.test(noun) && !/^uni/.test(noun) ? "an" : "a");
