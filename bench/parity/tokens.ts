import { join } from "node:path";
import { readText } from "../../packages/aquatint/src/formats/files.node.ts";
import type { ClipTokenizer } from "../../packages/aquatint/src/tokenizers/clip.ts";
import {
  type TokenizerFiles,
  tokenizerFileNames,
  tokenizerFrom,
} from "../../packages/aquatint/src/tokenizers/files.ts";
import { publishedClipTokenizer } from "../../packages/aquatint/src/tokenizers/published.ts";
import { judged, maxError, type ParityKind } from "./check.ts";

interface Case {
  readonly text: string;
  readonly ids: readonly number[];
  readonly full_ids: readonly number[];
}

/** `tokens.json`: transformers' ids, against the vocabulary in the package and against the files in `tokenizer`. */
export const tokens: ParityKind = {
  claims: (entries) =>
    entries.includes("tokens.json") ? entries.filter((name) => /^token(s\.json|izer)$/.test(name)) : [],
  async *run(folder, entries) {
    const cases: readonly Case[] = JSON.parse(await readText(join(folder, "tokens.json")));
    const tokenizers: (readonly [source: string, tokenizer: ClipTokenizer])[] = [
      ["package", await publishedClipTokenizer()],
    ];
    if (entries.includes("tokenizer")) tokenizers.push(["files", await fromFolder(join(folder, "tokenizer"))]);
    for (const [source, tokenizer] of tokenizers) {
      for (const [i, { text, ids, full_ids }] of cases.entries()) {
        yield judged(`tokens/${source}/${i}/ids`, maxError(tokenizer.tokenize(text), ids), 0);
        yield judged(`tokens/${source}/${i}/full_ids`, maxError(tokenizer.encode(text), full_ids), 0);
      }
    }
  },
};

async function fromFolder(folder: string) {
  const texts = await Promise.all(tokenizerFileNames.map(async (name) => [name, await readText(join(folder, name))]));
  return tokenizerFrom(Object.fromEntries(texts) as TokenizerFiles);
}
