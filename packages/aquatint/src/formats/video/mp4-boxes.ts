import { concatBytes } from "../../util/concat.ts";
import { itemAt } from "../../util/items.ts";
import { damaged } from "../damaged.ts";
import type { ImageTexts } from "../image/image-texts.ts";
import { latin1OrUtf8 } from "../metadata/text-encoding.ts";

/** A box of the ISO base media format (ISO/IEC 14496-12): four letters and what it holds. */
export interface Mp4Box {
  readonly type: string;
  readonly data: Uint8Array;
}

const COMMENT = "\xa9cmt";
const CUSTOM = "----";

/** The boxes in some bytes; lengths are checked. */
export function readBoxes(bytes: Uint8Array, name: string): Mp4Box[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const boxes: Mp4Box[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const short = view.getUint32(at);
    const header = short === 1 ? 16 : 8;
    if (at + header > bytes.length) throw damaged("truncated", name, "the file ends inside a box");
    // 1: the length follows in 64 bits; 0: the box reaches to the end
    const length = short === 1 ? Number(view.getBigUint64(at + 8)) : short === 0 ? bytes.length - at : short;
    if (length < header) throw damaged("corrupt", name, `the box at byte ${at} has the length ${length}`);
    if (at + length > bytes.length) throw damaged("truncated", name, "the file ends inside a box");
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    boxes.push({ type, data: bytes.subarray(at + header, at + length) });
    at += length;
  }
  return boxes;
}

/** A box as bytes. */
export function boxBytes(type: string, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(8);
  new DataView(head.buffer).setUint32(
    0,
    parts.reduce((sum, { length }) => sum + length, 8),
  );
  for (let i = 0; i < 4; i++) head[4 + i] = type.charCodeAt(i);
  return concatBytes([head, ...parts]);
}

/** The texts of an MP4 or QuickTime file: iTunes' comment under "Comment", others under their own keys. @throws AquatintError "image/…". */
export function mp4Texts(bytes: Uint8Array, { name = "the video" } = {}): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {};
  const moov = readBoxes(bytes, name).find(({ type }) => type === "moov");
  const inside = moov ? readBoxes(moov.data, name) : [];
  const user = inside.filter(({ type }) => type === "udta").flatMap(({ data }) => readBoxes(data, name));
  for (const { data } of [...inside, ...user].filter(({ type }) => type === "meta")) {
    // MP4 has four bytes of version and flags in front, QuickTime has not
    const parts = readBoxes(
      data.subarray(new DataView(data.buffer, data.byteOffset, 4).getUint32(0) === 0 ? 4 : 0),
      name,
    );
    const keys = parts.find(({ type }) => type === "keys");
    const names = keys ? readBoxes(keys.data.subarray(8), name).map((key) => latin1OrUtf8(key.data)) : [];
    const list = parts.find(({ type }) => type === "ilst");
    for (const item of list ? readBoxes(list.data, name) : []) {
      const entry = textOf(item, names, name);
      if (entry) texts[entry.key] ??= entry.text;
    }
  }
  return texts;
}

/** Key and text of an item; undefined for other items. */
function textOf({ type, data }: Mp4Box, names: readonly string[], name: string) {
  const parts = readBoxes(data, name);
  const content = (part: string, skip: number) => {
    const bytes = parts.find((box) => box.type === part)?.data.subarray(skip);
    return bytes && latin1OrUtf8(bytes);
  };
  const text = content("data", 8); // its type and language
  const number = new DataView(Uint8Array.from(type, (letter) => letter.charCodeAt(0)).buffer).getUint32(0);
  const key = type === COMMENT ? "Comment" : type === CUSTOM ? content("name", 4) : names[number - 1];
  return text === undefined || key === undefined ? undefined : { key: key === "comment" ? "Comment" : key, text };
}

/** A copy of an MP4 file with texts, as iTunes stores them, and its index in front, so that it plays while it loads. */
export function mp4WithTexts(bytes: Uint8Array, texts: ImageTexts): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const value = (text: string) => boxBytes("data", Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 0), encoder.encode(text));
  const word = (type: string, text: string) => boxBytes(type, new Uint8Array(4), encoder.encode(text));
  const custom = boxBytes(CUSTOM, word("mean", "aquatint"), word("name", "aquatint"), value(texts.aquatint));
  const list = boxBytes("ilst", boxBytes(COMMENT, value(texts.parameters)), custom);
  const handler = boxBytes("hdlr", new Uint8Array(8), encoder.encode("mdirappl"), new Uint8Array(9));
  return fastStart(bytes, boxBytes("udta", boxBytes("meta", new Uint8Array(4), handler, list)));
}

/** The boxes from an index to its tables of places. */
const tablePath = ["trak", "mdia", "minf", "stbl"];

/**
 * A copy of an MP4 file with its index ("moov") before its frames, so that it plays while it loads.
 * @param userData a box that replaces the index's user data, where it is given.
 */
export function fastStart(bytes: Uint8Array, userData?: Uint8Array): Uint8Array<ArrayBuffer> {
  const name = "the video";
  const boxes = readBoxes(bytes, name);
  const moov = boxes.find(({ type }) => type === "moov");
  if (!moov) throw damaged("corrupt", name, "it has no index");
  const inside = readBoxes(moov.data, name).filter(({ type }) => type !== "udta" || !userData);
  const index = boxBytes("moov", ...inside.map(({ type, data }) => boxBytes(type, data)), userData ?? new Uint8Array());
  const rest = boxes.filter(({ type }) => type !== "moov" && type !== "free");
  const head = rest.findIndex(({ type }) => type !== "ftyp");
  const parts = rest.map(({ type, data }) => boxBytes(type, data));
  const ordered = parts.toSpliced(head, 0, index);
  const starts = ordered.map((_, i) => ordered.slice(0, i).reduce((sum, { length }) => sum + length, 0));
  const moves = rest.map((box, i) => ({
    from: box.data.byteOffset - bytes.byteOffset,
    length: box.data.length,
    to: itemAt(starts, i < head ? i : i + 1) + 8,
  }));
  moveOffsets(index.subarray(8), ["", ...tablePath], (offset) => {
    const box = moves.find(({ from, length }) => offset >= from && offset < from + length);
    if (!box) throw damaged("corrupt", name, `it has no frame at byte ${offset}`);
    return offset - box.from + box.to;
  });
  return concatBytes(ordered);
}

/** Changes the places of the frames in an index's tables, in 32 or 64 bits. */
function moveOffsets(bytes: Uint8Array, [, ...path]: readonly string[], moved: (offset: number) => number): void {
  for (const { type, data } of readBoxes(bytes, "the video")) {
    if (path.length > 0 && type === path[0]) moveOffsets(data, path, moved);
    if (path.length > 0 || (type !== "stco" && type !== "co64")) continue;
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    for (let i = 0; i < view.getUint32(4); i++) {
      if (type === "stco") view.setUint32(8 + 4 * i, moved(view.getUint32(8 + 4 * i)));
      else view.setBigUint64(8 + 8 * i, BigInt(moved(Number(view.getBigUint64(8 + 8 * i)))));
    }
  }
}
