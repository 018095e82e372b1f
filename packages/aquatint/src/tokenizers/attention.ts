import { itemAt, required } from "../util/items.ts";

/** A part of a prompt and how strongly it counts; 1 is neutral. */
export interface WeightedText {
  readonly text: string;
  readonly weight: number;
}

const UP = 1.1;
const DOWN = 1 / 1.1;
const sign = /\\[()[\]\\]|\\|\(|\[|:\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*\)|\)|\]|[^\\()[\]:]+|:/g;
const breaks = /\s*\bBREAK\b\s*/;

/** Text so far; an entry without text is a BREAK. */
interface Entry {
  readonly text: string | undefined;
  weight: number;
}

/**
 * The weights of a prompt as AUTOMATIC1111's web UI reads them: (x) is 1.1, [x] is 1 / 1.1, (x:1.3) is 1.3, nested ones
 * multiply, an unclosed bracket counts to the end, \( is a literal. BREAK begins a new section; there is at least one.
 */
export function parseAttention(prompt: string): readonly (readonly WeightedText[])[] {
  const entries: Entry[] = [];
  const open = { round: [] as number[], square: [] as number[] };
  const scale = (from: number, factor: number) => {
    for (const entry of entries.slice(from)) entry.weight *= factor;
  };
  const add = (text: string) => {
    for (const [i, part] of text.split(breaks).entries()) {
      if (i > 0) entries.push({ text: undefined, weight: 1 });
      entries.push({ text: part, weight: 1 });
    }
  };
  for (const [token] of prompt.matchAll(sign)) {
    const closed = token.endsWith(")") ? open.round : token === "]" ? open.square : [];
    if (token.startsWith("\\")) entries.push({ text: token.slice(1), weight: 1 });
    else if (token === "(") open.round.push(entries.length);
    else if (token === "[") open.square.push(entries.length);
    else if (closed.length === 0) add(token);
    else scale(required(closed.pop(), token), token === "]" ? DOWN : token === ")" ? UP : Number(token.slice(1, -1)));
  }
  for (const from of open.round) scale(from, UP);
  for (const from of open.square) scale(from, DOWN);
  return sectionsOf(entries);
}

/** Neighbors of one weight joined, and sections cut at each BREAK. */
function sectionsOf(entries: readonly Entry[]): WeightedText[][] {
  const sections: WeightedText[][] = [[]];
  for (const { text, weight } of entries) {
    const section = itemAt(sections, -1);
    const last = section.at(-1);
    if (text === undefined) sections.push([]);
    else if (last?.weight === weight) section[section.length - 1] = { text: last.text + text, weight };
    else if (text !== "") section.push({ text, weight });
  }
  for (const section of sections) if (section.length === 0) section.push({ text: "", weight: 1 });
  return sections;
}
