import { AquatintError } from "../errors.ts";
import { itemAt, required } from "../util/items.ts";

/** A prompt that holds up to and including a step, counted from 1. */
export interface PromptStage {
  readonly until: number;
  readonly text: string;
}

/** Text, an edit "[before:after:when]", or an alternation "[a|b]"; `when` is the last step of `before`. */
type Part =
  | string
  | { readonly before: readonly Part[]; readonly after: readonly Part[]; readonly when: number }
  | { readonly options: readonly (readonly Part[])[] };

/** Most brackets inside one another. */
const MAX_DEPTH = 100;
const number = /^\s*[+-]?(\d+\.?\d*|\.\d+)\s*$/;

/**
 * The prompts of a run of `steps` steps, in order, after AUTOMATIC1111's prompt editing: [from:to:when], [to:when],
 * [from::when] and [a|b]. `when` with a decimal point is a share of the steps, else a step. What is no edit stays text.
 * @throws AquatintError "prompt/nesting" where brackets are more than 100 deep.
 */
export function promptStages(prompt: string, steps: number): readonly PromptStage[] {
  const parts = parse({ text: prompt, closing: closingBrackets(prompt), steps }, 0, prompt.length, 0);
  const ends = new Set<number>([steps]);
  collectEnds(parts, steps, ends);
  return [...ends].sort((a, b) => a - b).map((until) => ({ until, text: textAt(parts, until) }));
}

/** Position of the bracket that closes each open bracket; a bracket without a partner is text. */
function closingBrackets(text: string): ReadonlyMap<number, number> {
  const closing = new Map<number, number>();
  const stack: number[] = [];
  const open = { "(": 0, "[": 0 };
  for (let i = 0; i < text.length; i++) {
    const c = itemAt(text, i);
    if (c === "\\") i++;
    if (c === "(" || c === "[") {
      stack.push(i);
      open[c]++;
    }
    if (c !== ")" && c !== "]") continue;
    const expected = c === ")" ? "(" : "[";
    while (open[expected] > 0) {
      const from = required(stack.pop(), c);
      const opener = text[from] === "(" ? "(" : "[";
      open[opener]--;
      if (opener !== expected) continue;
      closing.set(from, i);
      break;
    }
  }
  return closing;
}

interface Source {
  readonly text: string;
  readonly closing: ReadonlyMap<number, number>;
  readonly steps: number;
}

function parse(source: Source, from: number, to: number, depth: number): Part[] {
  if (depth > MAX_DEPTH) {
    const hint = "write literal brackets with a backslash: \\( \\[";
    throw new AquatintError("prompt/nesting", `the prompt's brackets are more than ${MAX_DEPTH} deep`, { hint });
  }
  const parts: Part[] = [];
  let plain = from;
  for (let i = from; i < to; i++) {
    if (source.text[i] === "\\") i++;
    const end = source.closing.get(i);
    if (end === undefined || end >= to) continue;
    parts.push(source.text.slice(plain, i));
    if (source.text[i] === "(") parts.push("(", ...parse(source, i + 1, end, depth + 1), ")");
    else parts.push(...square(source, i + 1, end, depth + 1));
    i = end;
    plain = end + 1;
  }
  parts.push(source.text.slice(plain, to));
  return parts;
}

/** Content between square brackets. */
function square(source: Source, from: number, to: number, depth: number): readonly Part[] {
  const inner = (a: number, b: number) => parse(source, a, b, depth);
  const colons = separators(source, from, to, ":");
  const last = colons.at(-1);
  const when = last === undefined ? "" : source.text.slice(last + 1, to);
  if (last !== undefined && colons.length <= 2 && number.test(when)) {
    const middle = colons.length === 2 ? itemAt(colons, 0) : from;
    const before = colons.length === 2 ? inner(from, middle) : [];
    const after = inner(colons.length === 2 ? middle + 1 : from, last);
    return [{ before, after, when: lastStep(when, source.steps) }];
  }
  const bars = separators(source, from, to, "|");
  if (bars.length === 0 || colons.length > 0) return ["[", ...inner(from, to), "]"];
  const starts = [from, ...bars.map((bar) => bar + 1)];
  return [{ options: starts.map((start, i) => inner(start, bars[i] ?? to)) }];
}

const lastStep = (when: string, steps: number): number =>
  Math.min(steps, Math.trunc(when.includes(".") ? Number(when) * steps : Number(when)));

/** The places of a character outside of inner brackets. */
function separators({ text, closing }: Source, from: number, to: number, separator: ":" | "|"): readonly number[] {
  const positions: number[] = [];
  for (let i = from; i < to; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === separator) positions.push(i);
    else i = closing.get(i) ?? i;
  }
  return positions;
}

function collectEnds(parts: readonly Part[], steps: number, ends: Set<number>): void {
  for (const part of parts) {
    if (typeof part === "string") continue;
    if ("options" in part) {
      for (let step = 1; step <= steps; step++) ends.add(step);
      continue;
    }
    if (part.when >= 1) ends.add(part.when);
    collectEnds(part.before, steps, ends);
    collectEnds(part.after, steps, ends);
  }
}

const textAt = (parts: readonly Part[], step: number): string =>
  parts
    .map((part) => {
      if (typeof part === "string") return part;
      if ("options" in part) return textAt(itemAt(part.options, (step - 1) % part.options.length), step);
      return textAt(step <= part.when ? part.before : part.after, step);
    })
    .join("");
