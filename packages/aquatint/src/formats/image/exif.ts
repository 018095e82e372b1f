import { AquatintError } from "../../errors.ts";
import { startsWith } from "../bytes.ts";
import { MAX_TEXT_BYTES } from "../metadata/text-budget.ts";
import { commentText } from "../metadata/text-encoding.ts";
import { OWN_NOTE } from "./image-texts.ts";

/**
 * The texts of an EXIF block that images' makers use, by the tag's name, Aquatint's own under "aquatint"; empty where it
 * has none or is broken. @throws AquatintError "image/too-large" beyond `MAX_TEXT_BYTES`.
 */
export function exifTexts(tiff: Uint8Array, { name: file = "the image" } = {}): Readonly<Record<string, string>> {
  const block = blockOf(tiff, file);
  if (!block) return {};
  const first = entriesOf(block, block.view.getUint32(4, block.little));
  const nested = first.find(({ tag }) => tag === EXIF_IFD);
  const second = nested ? entriesOf(block, block.view.getUint32(nested.valueAt, block.little)) : [];
  const texts = new Map<string, string>();
  for (const entry of [...first, ...second]) {
    const name = names[entry.tag];
    if (name === undefined || texts.has(name)) continue; // a tag stands once
    const text = textOf(block, entry);
    if (text === undefined) continue;
    if (name !== NOTE) texts.set(name, text);
    else if (text.startsWith(OWN_NOTE)) texts.set("aquatint", text.slice(OWN_NOTE.length));
  }
  return Object.fromEntries(texts);
}

/** The value 1 .. 8 of an EXIF block's Orientation; 1, which is upright, where it has none or is broken. */
export function exifOrientation(tiff: Uint8Array): number {
  const value = shortTag(tiff, ORIENTATION) ?? 1;
  return value >= 1 && value <= 8 ? value : 1;
}

/** The first value of a tag of 16-bit integers in an EXIF block, or in a TIFF file, which begins as one; undefined without. */
export function shortTag(tiff: Uint8Array, tag: number): number | undefined {
  const block = blockOf(tiff, "");
  if (!block) return undefined;
  const entries = entriesOf(block, block.view.getUint32(4, block.little));
  const entry = entries.find((candidate) => candidate.tag === tag && candidate.type === SHORT);
  return entry && block.view.getUint16(entry.valueAt, block.little);
}

const ORIENTATION = 274;
const SHORT = 3;
const JPEG_MARK = "Exif\0\0";
const LITTLE = 0x4949;
const BIG = 0x4d4d;
const EXIF_IFD = 0x8769;
const NOTE = "MakerNote";
const names: Readonly<Record<number, string>> = {
  270: "ImageDescription",
  271: "Make",
  272: "Model",
  305: "Software",
  37500: NOTE,
  37510: "UserComment",
};

interface Block {
  readonly view: DataView;
  readonly tiff: Uint8Array;
  readonly little: boolean;
  /** For messages. */
  readonly file: string;
}

/** An EXIF block as it can be read; undefined where it does not begin as one. */
function blockOf(bytes: Uint8Array, file: string): Block | undefined {
  // some programs keep the mark that only JPEG has before it
  const tiff = startsWith(bytes, JPEG_MARK) ? bytes.subarray(JPEG_MARK.length) : bytes;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (tiff.length < 8) return undefined;
  const order = view.getUint16(0);
  return order === LITTLE || order === BIG ? { view, tiff, little: order === LITTLE, file } : undefined;
}

interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  /** Position of the value, or of its offset. */
  readonly valueAt: number;
}

function entriesOf({ view, little }: Block, at: number): readonly Entry[] {
  if (at + 2 > view.byteLength) return [];
  const count = view.getUint16(at, little);
  if (at + 2 + count * 12 > view.byteLength) return [];
  return Array.from({ length: count }, (_, i) => {
    const position = at + 2 + i * 12;
    const [tag, type] = [view.getUint16(position, little), view.getUint16(position + 2, little)];
    return { tag, type, count: view.getUint32(position + 4, little), valueAt: position + 8 };
  });
}

/** ASCII (2), bytes (1) and undefined (7) are texts here. */
function textOf({ view, tiff, little, file }: Block, { type, count, valueAt }: Entry): string | undefined {
  if (type !== 1 && type !== 2 && type !== 7) return undefined;
  const from = count <= 4 ? valueAt : view.getUint32(valueAt, little);
  if (from + count > tiff.length) return undefined;
  if (count > MAX_TEXT_BYTES) {
    const message = `${file}: a text of its EXIF takes ${count} bytes, at most ${MAX_TEXT_BYTES} are read`;
    throw new AquatintError("image/too-large", message, { hint: "remove its EXIF" });
  }
  const bytes = tiff.subarray(from, from + count);
  return commentText(bytes, { little });
}
