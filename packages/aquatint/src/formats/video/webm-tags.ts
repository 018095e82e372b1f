import { damaged } from "../damaged.ts";
import { latin1OrUtf8 } from "../metadata/text-encoding.ts";

/** Elements of Matroska, which WebM is (RFC 9559), by their numbers. */
const ids = { segment: 0x18538067, tags: 0x1254c367, tag: 0x7373, simple: 0x67c8, key: 0x45a3, text: 0x4487 } as const;
const CLUSTER = 0x1f43b675;

interface Element {
  readonly id: number;
  readonly data: Uint8Array;
}

/** Number of variable length at a place: its length is told by the zeros in front (RFC 8794, 4). */
function variableNumber(bytes: Uint8Array, at: number, keepMark: boolean) {
  const first = bytes[at] ?? 0;
  const length = Math.clz32(first) - 23;
  let value = keepMark ? first : first & (0xff >> length);
  let unknown = value === 0xff >> length;
  for (let i = 1; i < length; i++) {
    value = value * 256 + (bytes[at + i] ?? 0);
    unknown &&= bytes[at + i] === 0xff;
  }
  return { value, length, unknown };
}

/** The elements in some bytes; one of unknown length reaches to the end. */
function* elements(bytes: Uint8Array, name: string): Generator<Element, void, void> {
  for (let at = 0; at < bytes.length; ) {
    const id = variableNumber(bytes, at, true);
    const size = variableNumber(bytes, at + id.length, false);
    if (id.length > 4 || size.length > 8) throw damaged("corrupt", name, `it has no element at byte ${at}`);
    const start = at + id.length + size.length;
    const end = size.unknown ? bytes.length : start + size.value;
    if (end > bytes.length) throw damaged("truncated", name, "the file ends inside an element");
    yield { id: id.value, data: bytes.subarray(start, end) };
    // frames of unknown length are those of a stream, which has no tags behind them
    if (size.unknown && id.value === CLUSTER) return;
    at = end;
  }
}

/** Every element under a path of numbers. */
function* elementsAt(bytes: Uint8Array, path: readonly number[], name: string): Generator<Uint8Array, void, void> {
  const [first, ...rest] = path;
  for (const { id, data } of elements(bytes, name)) {
    if (id !== first) continue;
    if (rest.length === 0) yield data;
    else yield* elementsAt(data, rest, name);
  }
}

/** The tags of a WebM file by their names in lower case, the comment under "Comment". @throws AquatintError "image/…". */
export function webmTexts(bytes: Uint8Array, { name = "the video" } = {}): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const tag of elementsAt(bytes, [ids.segment, ids.tags, ids.tag, ids.simple], name)) {
    const parts = Array.from(elements(tag, name));
    const key = parts.find(({ id }) => id === ids.key);
    const text = parts.find(({ id }) => id === ids.text);
    if (!key || !text) continue;
    const label = latin1OrUtf8(key.data).toLowerCase();
    texts[label === "comment" ? "Comment" : label] ??= latin1OrUtf8(text.data);
  }
  return texts;
}
