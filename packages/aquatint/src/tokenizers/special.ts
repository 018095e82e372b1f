import { AquatintError } from "../errors.ts";
import type { JsonObject } from "../util/json.ts";
import { END, START } from "./words.ts";

/** Tokens that stand for themselves and are never split; `all` maps their text to their id. */
export interface SpecialTokens {
  readonly start: number;
  readonly end: number;
  readonly pad: number;
  readonly all: ReadonlyMap<string, number>;
}

/** A refusal with a code "tokenizer/kind". */
export const tokenizerError = (kind: string, problem: string, hint?: string) =>
  new AquatintError(`tokenizer/${kind}`, problem, { hint });

const isJson = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * The special tokens of a published tokenizer, with transformers' defaults for the missing ones.
 * special_tokens_map.json wins over tokenizer_config.json unless that has `added_tokens_decoder`, as in transformers.
 */
export function specialTokens(config: JsonObject, map: JsonObject, vocab: ReadonlyMap<string, number>): SpecialTokens {
  const { added_tokens_decoder: added } = config;
  const all = new Map<string, number>();
  for (const [id, token] of isJson(added) ? Object.entries(added) : []) all.set(contentOf(token), Number(id));
  const idOf = (token: unknown): number => {
    const content = contentOf(token);
    const id = vocab.get(content) ?? all.get(content);
    if (id === undefined || !Number.isSafeInteger(id) || id < 0 || (all.get(content) ?? id) !== id) {
      throw tokenizerError("special-token", `the special token ${JSON.stringify(content)} has no single id`, BROKEN);
    }
    all.set(content, id);
    return id;
  };
  for (const content of [...all.keys()]) idOf(content);
  const source: JsonObject = isJson(added) ? config : { ...config, ...map };
  const { additional_special_tokens: more } = source;
  for (const token of [source.unk_token ?? END, ...(Array.isArray(more) ? more : [])]) idOf(token);
  const [start, end, pad] = [source.bos_token ?? START, source.eos_token ?? END, source.pad_token ?? END];
  return { start: idOf(start), end: idOf(end), pad: idOf(pad), all };
}

const BROKEN = "the tokenizer's files do not belong together: fetch them again";

/** The text of a token, given bare or as transformers' AddedToken. */
function contentOf(token: unknown): string {
  const content = isJson(token) ? token.content : token;
  if (typeof content !== "string" || content === "") {
    throw tokenizerError("special-token", `${JSON.stringify(token)} is not a special token`, BROKEN);
  }
  const option = isJson(token) ? ["lstrip", "rstrip", "single_word"].find((name) => token[name] === true) : undefined;
  if (option) throw tokenizerError("unsupported", `the token ${JSON.stringify(content)} has ${option}, expected none`);
  return content;
}
