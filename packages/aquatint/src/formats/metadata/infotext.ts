import { itemAt } from "../../util/items.ts";
import { objectOf } from "./fields.ts";

/** A text as AUTOMATIC1111's web UI writes it, in its parts. */
export interface Infotext {
  readonly prompt: string;
  readonly negative: string;
  /** The values by their names, the first of each. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Characters of the longest settings that are understood. */
const MAX_SETTINGS = 2 ** 20;
/** Settings of which one is named in every text that has settings. */
const usual = /^(steps|sampler|seed|size|cfg scale|model|model hash|guidance scale)$/i;
const start = /^\s*Steps:\s*\d+\s*([,|]|$)/;
/** Settings that older versions of SD.Next part by bars in place of commas. */
const barred = /^\s*Steps:\s*\d+\s*\|/;
const NEGATIVE = "Negative prompt:";

/**
 * The prompt, a line "Negative prompt: ...", and the settings: the last line that begins with "Steps:", with what extensions
 * write after it; else the last line, where it has three settings or more as the web UI itself asks.
 */
export function parseInfotext(text: string): Infotext {
  const lines = linesOf(text.replace(/\0+$/, "").trim());
  const at = settingsAt(lines);
  const settings = at < 0 ? {} : parseSettings(withCommas(lines.slice(at).join("\n")));
  const prompts = (at < 0 ? lines : lines.slice(0, at)).map((line) => line.trim());
  const negativeAt = prompts.findIndex((line) => line.startsWith(NEGATIVE));
  const prompt = (negativeAt < 0 ? prompts : prompts.slice(0, negativeAt)).join("\n").trim();
  const negative = negativeAt < 0 ? "" : prompts.slice(negativeAt).join("\n").replace(NEGATIVE, "").trim();
  return { prompt, negative, settings };
}

/** Lines of a text; one whose line ends were lost, as some tools do, is parted before its known beginnings. */
function linesOf(text: string): readonly string[] {
  const lines = text.split(/\r\n|\r|\n/);
  const only = lines.length === 1 ? itemAt(lines, 0) : "";
  const at = only.search(/[\s.]Steps: \d{1,6}, (Sampler|Size|Seed|CFG scale|Schedule type): /);
  if (at < 0) return lines;
  const before = withoutStop(only.slice(0, at + 1));
  const negative = before.indexOf(NEGATIVE);
  const prompts = negative < 0 ? [before] : [withoutStop(before.slice(0, negative)), before.slice(negative)];
  return [...prompts, only.slice(at + 1)];
}

/** Without the period that ExifTool shows in place of a line's end. */
const withoutStop = (text: string): string => text.replace(/\.$/, "").trim();

const withCommas = (settings: string): string =>
  barred.test(settings.slice(0, 100)) ? settings.replace(/\s\|\s/g, ", ") : settings;

/** The line that the settings begin with, or -1. */
function settingsAt(lines: readonly string[]): number {
  const short = (from: number) => lines.slice(from).reduce((sum, line) => sum + line.length, 0) <= MAX_SETTINGS;
  const marked = lines.findLastIndex((line) => start.test(line.slice(0, 100)));
  if (marked >= 0) return short(marked) ? marked : -1;
  const last = lines.length - 1;
  if (!short(last)) return -1;
  const names = Object.keys(parseSettings(itemAt(lines, last)));
  return names.length >= 3 && names.some((name) => usual.test(name)) ? last : -1;
}

const name = /[\s,|]{0,64}([^\s,:"|][^,:"\n]{0,79}):[ \t]*/y;
const quoted = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"(?=\s*(?:,|\n|$))/y;
const bare = /[^,\n]*/y;
const nextEnd = /[,\n]/g;
/** Values in quotes or brackets that turn out to have no end, before no more is tried. */
const MAX_FAILURES = 16;

/** Every "name: value" of a text, the first of each name: values may be quoted or JSON; a line after the first is one setting. */
function parseSettings(text: string): Record<string, string> {
  const entries = new Map<string, string>();
  const put = (key: string, value: string) => {
    if (!entries.has(key)) entries.set(key, value);
  };
  let at = 0;
  let failures = 0;
  while (at < text.length) {
    if (text[at] === "\n") {
      for (const [key, value] of laterLines(text.slice(at + 1))) put(key, value);
      break;
    }
    const key = matchAt(name, text, at);
    if (!key) {
      nextEnd.lastIndex = at + 1;
      at = nextEnd.exec(text)?.index ?? text.length;
      continue;
    }
    at += key[0].length;
    const special = /["[{]/.test(text[at] ?? "") && failures < MAX_FAILURES;
    const structured = special ? (text[at] === '"' ? matchAt(quoted, text, at)?.[0] : jsonAt(text, at)) : undefined;
    if (special && structured === undefined) failures++;
    const value = structured ?? matchAt(bare, text, at)![0];
    put(itemAt(key, 1).trim(), structured?.startsWith('"') ? unquoted(structured) : value.trim());
    at += value.length;
  }
  return Object.fromEntries(entries);
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** The JSON value that begins at a bracket, as text; undefined where it is none. */
function jsonAt(text: string, at: number): string | undefined {
  let depth = 0;
  let inString = false;
  for (let i = at; i < text.length; i++) {
    const c = itemAt(text, i);
    if (inString && c === "\\") i++;
    else if (c === '"') inString = !inString;
    else if (inString) continue;
    else if (c === "[" || c === "{") depth++;
    else if (c === "]" || c === "}") {
      depth--;
      if (depth === 0) return isJson(text.slice(at, i + 1)) ? text.slice(at, i + 1) : undefined;
    }
  }
  return undefined;
}

const isJson = (text: string): boolean => objectOf(`{"value":${text}}`) !== undefined;

/** "Template: ..." and its like, which extensions write after the settings; a line without a name belongs to the one above. */
function laterLines(text: string): readonly (readonly [string, string])[] {
  const entries: [key: string, lines: string[]][] = [];
  for (const line of text.split("\n")) {
    const [, key, value = ""] = /^\s*([A-Z][\w -]{0,60}):\s?(.*)$/.exec(line.slice(0, MAX_SETTINGS)) ?? [];
    const last = entries.at(-1);
    if (key !== undefined) entries.push([key, [value]]);
    else last?.[1].push(line);
  }
  return entries.map(([key, lines]) => [key, lines.join("\n").trim()] as const);
}

function unquoted(value: string): string {
  const object = objectOf(`{"value":${value.replace(/\n/g, "\\n")}}`);
  return typeof object?.["value"] === "string" ? object["value"] : value.trim();
}
