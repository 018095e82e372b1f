import { AquatintError, messageOf } from "../errors.ts";

/** Nesting that no file of a model comes near. */
const MAX_DEPTH = 32;
/** Characters of the largest JSON file that is read: an index of shards names some thousand weights. */
export const MAX_JSON = 16_000_000;

/** Keys, strings and brackets; a string that is not closed goes to the end in one match, so that none is looked at again. */
const tokens = /("[^"\\]*(?:\\[\s\S][^"\\]*)*")\s*:|"[^"\\]*(?:\\[\s\S][^"\\]*)*(?:"|\\?$)|[{}[\]]/g;

/** A fault in a JSON text beside its grammar. */
export interface JsonFault {
  readonly kind: "deep" | "duplicate";
  readonly problem: string;
}

/** Finds what JSON.parse lets pass: nesting beyond `maxDepth`, and keys that an object repeats. The text must be valid, or end anywhere. */
export function jsonFault(text: string, { maxDepth = MAX_DEPTH } = {}): JsonFault | undefined {
  const open: Set<string>[] = [];
  for (const [token, key] of text.matchAll(tokens)) {
    if (token === "{" || token === "[") {
      open.push(new Set());
      if (open.length > maxDepth) return { kind: "deep", problem: `it is nested more than ${maxDepth} deep` };
    } else if (token === "}" || token === "]") open.pop();
    else if (key !== undefined) {
      const plain = unquoted(key);
      if (open.at(-1)?.has(plain)) return { kind: "duplicate", problem: `"${plain.slice(0, 100)}" stands twice in it` };
      open.at(-1)?.add(plain);
    }
  }
  return undefined;
}

/** A key without its escapes; one that is no JSON string stays as it is: JSON.parse refuses it. */
function unquoted(key: string): string {
  if (!key.includes("\\")) return key.slice(1, -1);
  try {
    return JSON.parse(key);
  } catch {
    return key;
  }
}

/** Infinity and NaN as Python writes them, outside of strings. */
const python = /"[^"\\]*(?:\\[\s\S][^"\\]*)*(?:"|\\?$)|-?\b(?:Infinity|NaN)\b/g;
const numbers: Readonly<Record<string, number>> = {
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
  NaN: Number.NaN,
};

/**
 * A JSON object of a model's files; Infinity and NaN are read as Python writes them.
 * @throws AquatintError "model/json" for anything else, for one that is too long, too deep, or repeats a key.
 */
export function parseJsonObject(text: string, { name }: { readonly name: string }): Readonly<Record<string, unknown>> {
  const wrong = (problem: string, cause?: unknown) =>
    new AquatintError("model/json", `${name} is not a JSON object that can be read: ${problem}`, { cause });
  if (text.length > MAX_JSON) throw wrong(`it has ${text.length} characters, at most ${MAX_JSON} are read`);
  const fault = jsonFault(text);
  if (fault) throw wrong(fault.problem);
  if (text.includes("\\u0000")) throw wrong("it holds the character U+0000"); // which marks what Python wrote
  const marked = text.replace(python, (token) => (token.startsWith('"') ? token : `"\\u0000${token}"`));
  let value: unknown;
  try {
    value = JSON.parse(marked, (_, value: unknown) =>
      typeof value === "string" && value.startsWith("\0") ? (numbers[value.slice(1)] ?? value) : value,
    );
  } catch (cause) {
    throw wrong(messageOf(cause).slice(0, 200), cause);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw wrong("it holds no object");
}
