/**
 * `npx tsx scripts/clip-vocabulary.ts MERGES.TXT` writes CLIP's merges, as published with the checkpoints, as a module.
 * A merge is two ids of 16 bits; equal bytes of all merges lie together, which gzip packs to 157 KB.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { byteSymbols, WORD_END } from "../packages/aquatint/src/tokenizers/words.ts";

const [path] = process.argv.slice(2);
if (!path) throw new Error("usage: npx tsx scripts/clip-vocabulary.ts MERGES.TXT");
const pairs = readFileSync(path, "utf8")
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => line.split(" "));
const symbols = [...byteSymbols, ...byteSymbols.map((symbol) => symbol + WORD_END), ...pairs.map((p) => p.join(""))];
const ids = new Map(symbols.map((symbol, id) => [symbol, id]));
const n = pairs.length;
const planes = new Uint8Array(4 * n);
for (const [i, pair] of pairs.entries()) {
  for (const [side, symbol] of pair.entries()) {
    const id = ids.get(symbol);
    if (id === undefined) throw new Error(`line ${i + 2}: ${JSON.stringify(symbol)} is no earlier symbol`);
    planes[2 * side * n + i] = id & 255;
    planes[(2 * side + 1) * n + i] = id >> 8;
  }
}
const text = `/** CLIP's merges, Copyright (c) 2021 OpenAI, MIT license: written by scripts/clip-vocabulary.ts. */
export const packedMerges =
  "${gzipSync(planes, { level: 9 }).toString("base64")}";
`;
const target = new URL("../packages/aquatint/src/tokenizers/generated/clip-merges.ts", import.meta.url);
writeFileSync(fileURLToPath(target), text);
