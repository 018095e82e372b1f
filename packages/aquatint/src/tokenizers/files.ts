import { AquatintError } from "../errors.ts";
import { type ClipTokenizer, clipTokenizer } from "./clip.ts";

/** The files of a tokenizer folder, in the order they are written. */
export const tokenizerFileNames = [
  "vocab.json",
  "merges.txt",
  "tokenizer_config.json",
  "special_tokens_map.json",
] as const;
/** Their text by name. */
export type TokenizerFiles = Readonly<Record<(typeof tokenizerFileNames)[number], string>>;

/** The tokenizer of a folder's files. */
export const tokenizerFrom = (files: TokenizerFiles): ClipTokenizer =>
  clipTokenizer({
    vocab: parse(files, "vocab.json"),
    merges: files["merges.txt"],
    config: parse(files, "tokenizer_config.json"),
    specialTokens: parse(files, "special_tokens_map.json"),
  });

function parse<T>(files: TokenizerFiles, name: keyof TokenizerFiles): Readonly<Record<string, T>> {
  let value: unknown;
  try {
    value = JSON.parse(files[name]);
  } catch (cause) {
    throw new AquatintError("tokenizer/json", `${name} is not valid JSON`, { hint: "fetch the file again", cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, T>;
  throw new AquatintError("tokenizer/json", `${name} is not a JSON object`, { hint: "fetch the file again" });
}
