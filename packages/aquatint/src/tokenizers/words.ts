import { itemAt } from "../util/items.ts";

/** The token that begins every text. */
export const START = "<|startoftext|>";
/** The token that ends every text, and pads most. */
export const END = "<|endoftext|>";

/** Mark of the end of a word in CLIP's vocabulary. */
export const WORD_END = "</w>";

// A character stands for each byte in a vocabulary, after GPT-2: printable Latin-1 for itself, the rest from U+0100 up.
const bytes = Array.from({ length: 256 }, (_, byte) => byte);
const isPrintable = (byte: number): boolean =>
  (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
const moved = bytes.filter((byte) => !isPrintable(byte));
const symbolOf = bytes.map((byte) => String.fromCharCode(isPrintable(byte) ? byte : 256 + moved.indexOf(byte)));
const byteOf = new Map(symbolOf.map((symbol, byte) => [symbol, byte]));

/** The 256 byte symbols in the order of CLIP's ids. */
export const byteSymbols: readonly string[] = [...bytes.filter(isPrintable), ...moved].map((byte) =>
  itemAt(symbolOf, byte),
);

/** CJK ideographs, each of which is a word of its own. */
const ideograph =
  /[\u{4e00}-\u{9fff}\u{3400}-\u{4dbf}\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b820}-\u{2ceaf}\u{f900}-\u{faff}\u{2f800}-\u{2fa1f}]/gu;
const word = /<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/gu;

/** Drops control characters, normalizes to NFC, joins white space and lower-cases, as transformers' CLIPTokenizer does. */
export const cleanText = (text: string): string =>
  text
    .replace(/(?![\t\n\r])[\p{C}\ufffd]/gu, "")
    .replace(ideograph, " $& ")
    .normalize("NFC")
    .replace(/\s+/g, " ")
    .trim()
    .toLowerCase();

/** The words of a text, cleaned: runs of letters, single digits, runs of other signs, English clitics. */
export const splitWords = (text: string): readonly string[] => cleanText(text).match(word) ?? [];

/** A word as byte symbols, the last one marked as the word's end. */
export function wordSymbols(text: string): string[] {
  const symbols = Array.from(new TextEncoder().encode(text), (byte) => itemAt(symbolOf, byte));
  return [...symbols.slice(0, -1), ...symbols.slice(-1).map((symbol) => symbol + WORD_END)];
}

/** The text that byte symbols stand for, with a space after each word's end; broken UTF-8 becomes U+FFFD. */
export function symbolsText(symbols: string): string {
  const plain = symbols.replaceAll(WORD_END, itemAt(symbolOf, 32));
  return new TextDecoder().decode(Uint8Array.from(plain, (symbol) => byteOf.get(symbol) ?? 0));
}

/** The source of a regular expression that matches exactly this text. */
export const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
