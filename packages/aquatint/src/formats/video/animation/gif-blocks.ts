import { concatBytes } from "../../../util/concat.ts";

import { itemAt } from "../../../util/items.ts";

import { startsWith } from "../../bytes.ts";
import { damaged } from "../../damaged.ts";
import type { ImageTexts } from "../../image/image-texts.ts";
import { latin1OrUtf8 } from "../../metadata/text-encoding.ts";

/** Bytes of the signature and the screen's description, before the colors. */
const HEADER = 13;
const EXTENSION = 0x21;
const IMAGE = 0x2c;
const END = 0x3b;
const COMMENT = 0xfe;
const APPLICATION = 0xff;
/** Eight letters and a code of three, which name the application. */
const SIGNATURE = "AQUATINT1.0";
/** Bytes of a part of a block at most. */
const MAX_PART = 255;

/** A block of a GIF file: an extension, or an image under the label 0x2c. */
interface GifBlock {
  readonly label: number;
  readonly start: number;
  readonly end: number;
  readonly parts: readonly Uint8Array[];
}

/** Bytes of a table of colors by the flags that announce it. */
const colorBytes = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);

/** The blocks of a GIF file up to its end (GIF89a specification, 1990); a file that is cut off is refused. */
function* blocks(bytes: Uint8Array, name: string): Generator<GifBlock, void, void> {
  const cut = () => damaged("truncated", name, "the file ends inside a block");
  let at = HEADER + colorBytes(bytes[10] ?? 0);
  for (;;) {
    const start = at;
    const kind = bytes[at];
    if (kind === END) return;
    if (kind === undefined) throw cut();
    if (kind !== EXTENSION && kind !== IMAGE) throw damaged("corrupt", name, `it has no block at byte ${at}`);
    // an image: its place and flags in 10 bytes, its colors, and the first size of its codes
    at += kind === EXTENSION ? 2 : 10 + colorBytes(bytes[at + 9] ?? 0) + 1;
    const parts: Uint8Array[] = [];
    for (let length = bytes[at]; length !== 0; length = bytes[at]) {
      if (length === undefined || at + 1 + length > bytes.length) throw cut();
      parts.push(bytes.subarray(at + 1, at + 1 + length));
      at += 1 + length;
    }
    at += 1;
    yield { label: kind === IMAGE ? IMAGE : itemAt(bytes, start + 1), start, end: at, parts };
  }
}

/** Images in a GIF file. @throws AquatintError "image/truncated" or "image/corrupt". */
export const gifFrameCount = (bytes: Uint8Array, { name = "the image" } = {}): number =>
  Array.from(blocks(bytes, name)).filter(({ label }) => label === IMAGE).length;

/** Aquatint's block of a GIF file under "aquatint", its first comment under "Comment". @throws as `gifFrameCount`. */
export function gifTexts(bytes: Uint8Array, { name = "the image" } = {}): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const { label, parts } of blocks(bytes, name)) {
    if (label === COMMENT) texts["Comment"] ??= latin1OrUtf8(concatBytes(parts));
    const [first, ...rest] = parts;
    if (label === APPLICATION && first && startsWith(first, SIGNATURE))
      texts["aquatint"] ??= latin1OrUtf8(concatBytes(rest));
  }
  return texts;
}

/**
 * A copy of a GIF file with texts before its first image, where readers look that read no more: the web UI's as a comment, the
 * recipe as a block of an application, which comments' readers leave alone.
 */
export function gifWithTexts(bytes: Uint8Array, { aquatint, parameters }: ImageTexts): Uint8Array<ArrayBuffer> {
  const all = Array.from(blocks(bytes, "the image"));
  const first = all.find(({ label }) => label !== APPLICATION && label !== COMMENT);
  const at = first?.start ?? bytes.length - 1;
  return concatBytes([
    bytes.subarray(0, at),
    textBlock(COMMENT, [], parameters),
    textBlock(APPLICATION, [SIGNATURE], aquatint),
    bytes.subarray(at),
  ]);
}

function textBlock(label: number, heads: readonly string[], text: string): Uint8Array {
  const encoder = new TextEncoder();
  const bytes = encoder.encode(text);
  const parts: Uint8Array[] = [Uint8Array.of(EXTENSION, label)];
  for (const head of heads) parts.push(Uint8Array.of(head.length), encoder.encode(head));
  for (let at = 0; at < bytes.length; at += MAX_PART) {
    const part = bytes.subarray(at, at + MAX_PART);
    parts.push(Uint8Array.of(part.length), part);
  }
  return concatBytes([...parts, Uint8Array.of(0)]);
}
