import { concatBytes } from "../../util/concat.ts";
import { type ImageTexts, OWN_NOTE } from "./image-texts.ts";

const BYTES = 7;
const LONG = 4;
const HEADER = 8;
const ENTRY = 12;

/** An entry of an EXIF folder: its value is a number, or bytes that stand elsewhere if they are more than 4. */
interface ExifEntry {
  readonly tag: number;
  readonly value: number | Uint8Array;
}

/**
 * Texts as an EXIF block, big-endian: the web UI's as UserComment in UTF-16, as it writes it itself; the recipe as
 * MakerNote, which is the place for a program's own data.
 */
export function exifBlock({ aquatint, parameters }: ImageTexts): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const outer = [{ tag: 0x8769, value: HEADER + folderSize(1) }];
  const inner = [
    { tag: 0x9000, value: encoder.encode("0232") },
    { tag: 0x927c, value: encoder.encode(OWN_NOTE + aquatint) },
    { tag: 0x9286, value: concatBytes([encoder.encode("UNICODE\0"), utf16(parameters)]) },
  ];
  const signature = Uint8Array.of(0x4d, 0x4d, 0, 42, 0, 0, 0, HEADER);
  return concatBytes([signature, folder(outer, HEADER), folder(inner, HEADER + folderSize(1))]);
}

const folderSize = (entries: number): number => 2 + entries * ENTRY + 4;

/** A folder that stands at a place in the block, with its values after it. */
function folder(entries: readonly ExifEntry[], at: number): Uint8Array {
  const table = new Uint8Array(folderSize(entries.length));
  const view = new DataView(table.buffer);
  const values: Uint8Array[] = [];
  let end = at + table.length;
  view.setUint16(0, entries.length);
  for (const [i, { tag, value }] of entries.entries()) {
    const position = 2 + i * ENTRY;
    const isNumber = typeof value === "number";
    view.setUint16(position, tag);
    view.setUint16(position + 2, isNumber ? LONG : BYTES);
    view.setUint32(position + 4, isNumber ? 1 : value.length);
    if (isNumber) view.setUint32(position + 8, value);
    else if (value.length <= 4) table.set(value, position + 8);
    else {
      view.setUint32(position + 8, end);
      end += value.length;
      values.push(value);
    }
  }
  return concatBytes([table, ...values]);
}

function utf16(text: string): Uint8Array {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i));
  return new Uint8Array(view.buffer);
}
