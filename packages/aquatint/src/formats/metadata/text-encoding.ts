/** Text of bytes that a standard calls Latin-1, but that many programs write as UTF-8: that where they are valid so. */
export function latin1OrUtf8(bytes: Uint8Array): string {
  return utf8(bytes) ?? Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** Tells whether Latin-1 bytes would be taken for UTF-8: some are beyond ASCII, and all are valid. */
export const looksLikeUtf8 = (bytes: Uint8Array): boolean =>
  bytes.some((byte) => byte >= 0x80) && utf8(bytes) !== undefined;

/** The text of UTF-8, undefined where it is none. */
export function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Marks of EXIF's UserComment, eight bytes each (EXIF 2.32, 4.6.5). */
const marks = {
  unicode: "UNICODE\0",
  ascii: "ASCII\0\0\0",
  jis: "JIS\0\0\0\0\0",
  none: "\0\0\0\0\0\0\0\0",
} as const;

/**
 * The text of EXIF's UserComment, or of another tag without its mark. "UNICODE" is UTF-16 in most files and UTF-8 in EXIF 3:
 * a byte order mark decides, else zero bytes, which UTF-8 does not have.
 */
export function commentText(bytes: Uint8Array, { little = false } = {}): string {
  const head = Array.from(bytes.subarray(0, 8), (byte) => String.fromCharCode(byte)).join("");
  const rest = bytes.subarray(8);
  if (head === marks.unicode) return withoutEnd(unicode(rest, little));
  if (head === marks.jis) return withoutEnd(decoded(rest, "iso-2022-jp"));
  if (head === marks.ascii || head === marks.none) return withoutEnd(latin1OrUtf8(rest));
  if (!isUtf16(bytes)) return withoutEnd(latin1OrUtf8(bytes));
  return withoutEnd(unicode(bytes, little).replace(/^UNICODE[\0 ]?/, "")); // some writers widen the mark, too
}

/** A text without the zeros that pad it. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0) end--;
  return text.slice(0, end);
}

function unicode(bytes: Uint8Array, little: boolean): string {
  const [a, b, c] = bytes;
  if (a === 0xff && b === 0xfe) return decoded(bytes.subarray(2), "utf-16le");
  if (a === 0xfe && b === 0xff) return decoded(bytes.subarray(2), "utf-16be");
  if (a === 0xef && b === 0xbb && c === 0xbf) return decoded(bytes.subarray(3), "utf-8");
  const { even, odd } = zeros(bytes);
  const plain = even + odd === 0 ? utf8(bytes) : undefined;
  // writers disagree on the byte order: the half of the bytes with more zeros holds the high ones
  return plain ?? decoded(bytes, odd > even || (odd === even && little) ? "utf-16le" : "utf-16be");
}

const decoded = (bytes: Uint8Array, encoding: string): string => new TextDecoder(encoding).decode(bytes);

/** Zero bytes at even and odd places, without those that pad the end. */
function zeros(bytes: Uint8Array): { readonly even: number; readonly odd: number } {
  let [even, odd] = [0, 0];
  let end = bytes.length;
  while (end > 1 && bytes[end - 1] === 0 && bytes[end - 2] === 0) end--;
  const padded = end < bytes.length ? end + 1 : end;
  for (let i = 0; i < padded; i++) {
    if (bytes[i] === 0 && i % 2 === 0) even++;
    else if (bytes[i] === 0) odd++;
  }
  return { even, odd };
}

/** Tells whether a third or more of the bytes are zeros at either even or odd places, as in UTF-16 of Latin letters. */
function isUtf16(bytes: Uint8Array): boolean {
  const { even, odd } = zeros(bytes);
  return bytes.length >= 8 && Math.max(even, odd) > bytes.length / 3 && Math.min(even, odd) < bytes.length / 50;
}
