/** A selection in a text, from its start to before its end. */
export type Range = readonly [start: number, end: number];

/** A change of a text: what takes the place of a part, and what is selected afterwards. */
export interface TextChange {
  readonly range: Range;
  readonly text: string;
  readonly selection: Range;
}

/** What one press of a key changes. */
export const WEIGHT_STEP = 0.1;
const MAX_WEIGHT = 5;
/** The weight of brackets without a number. */
const BARE = 1.1;
const WORD_END = /[\s,;:()[\]{}|]/;

/** The words at a place: the group of brackets around it, or the word. */
function rangeAt(text: string, at: number): Range {
  const open = text.lastIndexOf("(", at - 1);
  const close = text.indexOf(")", at);
  const inside = text.slice(open + 1, close);
  if (open >= 0 && close > open && !/[()]/.test(inside)) {
    const weight = /:[\d.]+$/.exec(inside);
    return [open + 1, close - (weight?.[0].length ?? 0)];
  }
  let [start, end] = [at, at];
  while (start > 0 && !WORD_END.test(text[start - 1] ?? " ")) start--;
  while (end < text.length && !WORD_END.test(text[end] ?? " ")) end++;
  return [start, end];
}

/** A selection without the spaces at its ends, and without the brackets that belong to it. */
function trimmed(text: string, [start, end]: Range): Range {
  let [from, to] = [start, end];
  while (from < to && /\s/.test(text[from] ?? "")) from++;
  while (to > from && /\s/.test(text[to - 1] ?? "")) to--;
  const group = /^\(([^()]*?)(:[\d.]+)?\)$/.exec(text.slice(from, to));
  return group ? [from + 1, from + 1 + (group[1] ?? "").length] : [from, to];
}

/**
 * Changes the weight of the selected words, of the word at the cursor, or of the brackets around it, in the syntax of
 * AUTOMATIC1111's web UI; undefined where there is no word. Brackets of weight 1 are taken away.
 */
export function reweighted(text: string, selection: Range, change: number): TextChange | undefined {
  const [start, end] = trimmed(text, selection[0] === selection[1] ? rangeAt(text, selection[0]) : selection);
  const words = text.slice(start, end);
  if (words.trim() === "") return undefined;
  const after = text[start - 1] === "(" ? /^(?::([\d.]+))?\)/.exec(text.slice(end)) : null;
  const weight = after ? Number(after[1] ?? BARE) : 1;
  const next = Math.min(MAX_WEIGHT, Math.max(0, Math.round((weight + change) * 100) / 100));
  const range: Range = after ? [start - 1, end + after[0].length] : [start, end];
  if (next === 1) return { range, text: words, selection: [range[0], range[0] + words.length] };
  return { range, text: `(${words}:${next})`, selection: [range[0] + 1, range[0] + 1 + words.length] };
}
