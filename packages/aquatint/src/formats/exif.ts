import { AquatintError } from "../errors.ts";
import { OWN_NOTE } from "./exif-note.ts";
import { MAX_TEXT_BYTES } from "./text-budget.ts";
import { commentText } from "./text-encoding.ts";

/**
 * The texts of an EXIF block that pictures' makers use, by the tag's name, Aquatint's own under "aquatint"; empty where it
 * has none or is broken. @throws AquatintError "picture/too-large" beyond `MAX_TEXT_BYTES`.
 */
export function exifTexts(tiff: Uint8Array, { name: file = "the picture" } = {}): Readonly<Record<string, string>> {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (tiff.length < 8) return {};
  const order = view.getUint16(0);
  if (order !== LITTLE && order !== BIG) return {};
  const block: Block = { view, tiff, little: order === LITTLE, file };
  const first = entriesOf(block, view.getUint32(4, block.little));
  const nested = first.find(({ tag }) => tag === EXIF_IFD);
  const second = nested ? entriesOf(block, view.getUint32(nested.valueAt, block.little)) : [];
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
interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  /** Where the value, or its offset, stands. */
  readonly valueAt: number;
}

function entriesOf({ view, little }: Block, at: number): readonly Entry[] {
  if (at + 2 > view.byteLength) return [];
  const count = view.getUint16(at, little);
  if (at + 2 + count * 12 > view.byteLength) return [];
  return Array.from({ length: count }, (_, i) => {
    const place = at + 2 + i * 12;
    const [tag, type] = [view.getUint16(place, little), view.getUint16(place + 2, little)];
    return { tag, type, count: view.getUint32(place + 4, little), valueAt: place + 8 };
  });
}

/** ASCII (2), bytes (1) and undefined (7) are texts here. */
function textOf({ view, tiff, little, file }: Block, { type, count, valueAt }: Entry): string | undefined {
  if (type !== 1 && type !== 2 && type !== 7) return undefined;
  const from = count <= 4 ? valueAt : view.getUint32(valueAt, little);
  if (from + count > tiff.length) return undefined;
  if (count > MAX_TEXT_BYTES) {
    const found = `${file}: a text of its EXIF takes ${count} bytes, at most ${MAX_TEXT_BYTES} are read`;
    throw new AquatintError("picture/too-large", found, { hint: "remove its EXIF" });
  }
  const bytes = tiff.subarray(from, from + count);
  return commentText(bytes, { little });
}
