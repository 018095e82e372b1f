import { AquatintError } from "../../errors.ts";
import { startsWith } from "../bytes.ts";

/** A kind of file that is known by its first bytes, whatever its name ends in. */
export interface FileKind {
  /** With its article, as in "it is an AVIF image". */
  readonly name: string;
  matches(bytes: Uint8Array): boolean;
  /** Why it is not read as an image, or rather what to do; absent where it is. */
  readonly advice?: string;
}

const begins =
  (...signatures: readonly string[]) =>
  (bytes: Uint8Array): boolean =>
    signatures.some((signature) => startsWith(bytes, signature));

/** The four letters of each brand of a file in the ISO base media format; none of other files. */
function brandsOf(bytes: Uint8Array): readonly string[] {
  if (!startsWith(bytes, "ftyp", 4)) return [];
  const end = Math.min(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0), 256, bytes.length);
  const letters = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  const compatible = Array.from({ length: Math.max(0, (end - 16) >> 2) }, (_, i) => letters(16 + 4 * i));
  return [letters(8), ...compatible];
}
const branded =
  (...names: readonly string[]) =>
  (bytes: Uint8Array): boolean =>
    brandsOf(bytes).some((brand) => names.includes(brand));

/** The beginning of a file as text, in small letters, without what may stand before a document. */
const documentOf = (bytes: Uint8Array): string =>
  new TextDecoder()
    .decode(bytes.subarray(0, 1024))
    .toLowerCase()
    .replace(/^(?:\s|<\?xml[^>]*>|<!--[\s\S]*?-->|<!doctype svg[^>]*>)*/, "");

/** No byte is a control character, but for those that lines are made of. */
const isText = (bytes: Uint8Array): boolean =>
  bytes.subarray(0, 512).every((byte) => byte >= 32 || (byte >= 9 && byte <= 13));

const convert = "convert it to PNG, JPEG or WebP";

/** Every kind of file that is told apart; the first that matches counts. */
export const fileKinds = {
  empty: { name: "an empty file", matches: ({ length }) => length === 0, advice: "fetch or save it again" },
  png: { name: "a PNG image", matches: begins("\x89PNG") },
  jpeg: { name: "a JPEG image", matches: begins("\xff\xd8\xff") },
  webp: { name: "a WebP image", matches: (bytes) => startsWith(bytes, "RIFF") && startsWith(bytes, "WEBP", 8) },
  gif: { name: "a GIF image", matches: begins("GIF8") },
  tiff: { name: "a TIFF image", matches: begins("II*\0", "MM\0*", "II+\0", "MM\0+") },
  avif: { name: "an AVIF image", matches: branded("avif", "avis") },
  heic: {
    name: "a HEIC image",
    matches: branded("heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1"),
    advice: "save it as JPEG: in the Photos app, or with `sips -s format jpeg in.heic --out out.jpg` on macOS",
  },
  jxl: { name: "a JPEG XL image", matches: begins("\xff\x0a", "\0\0\0\x0cJXL "), advice: convert },
  jp2: { name: "a JPEG 2000 image", matches: begins("\0\0\0\x0cjP  ", "\xff\x4f\xff\x51"), advice: convert },
  bmp: { name: "a BMP image", matches: begins("BM"), advice: convert },
  ico: { name: "an icon", matches: begins("\0\0\x01\0"), advice: convert },
  psd: { name: "a Photoshop file", matches: begins("8BPS"), advice: convert },
  exr: { name: "an OpenEXR image", matches: begins("\x76\x2f\x31\x01"), advice: convert },
  pdf: { name: "a PDF file", matches: begins("%PDF"), advice: convert },
  webm: {
    name: "a WebM or Matroska video",
    matches: begins("\x1a\x45\xdf\xa3"),
    advice: "save one of its frames as PNG",
  },
  video: { name: "a video", matches: (bytes) => brandsOf(bytes).length > 0, advice: "save one of its frames as PNG" },
  archive: { name: "a zip archive", matches: begins("PK\x03\x04"), advice: "unpack it" },
  svg: { name: "an SVG image", matches: (bytes) => documentOf(bytes).startsWith("<svg") },
  html: {
    name: "an HTML page",
    matches: (bytes) => /^<(?:!doctype html|html|head|body)/.test(documentOf(bytes)),
    advice: "download the image itself, not the page that shows it",
  },
  lfs: {
    name: "a pointer of Git LFS",
    matches: begins("version https://git-lfs"),
    advice: "fetch the file itself: git lfs pull",
  },
  text: { name: "a text file", matches: isText, advice: "give an image file" },
} as const satisfies Readonly<Record<string, FileKind>>;

/** Kind of a file by its bytes; undefined for none that is known. */
export const fileKindOf = (bytes: Uint8Array): FileKind | undefined =>
  Object.values<FileKind>(fileKinds).find(({ matches }) => matches(bytes));

/** The kinds that are read, as a hint says them. */
export const READABLE = "give a PNG, JPEG, WebP, AVIF, GIF, TIFF or SVG file";

/** The kind of an image's file. @throws AquatintError "image/unsupported" for a kind that is not read, "image/unknown" for no kind. */
export function imageKindOf(bytes: Uint8Array, name: string): FileKind {
  const kind = fileKindOf(bytes);
  if (!kind) {
    throw new AquatintError("image/unknown", `${name} cannot be read as an image: its content is of no known kind`, {
      hint: READABLE,
    });
  }
  if (kind.advice === undefined) return kind;
  throw new AquatintError("image/unsupported", `${name} is ${kind.name}, which cannot be read as an image`, {
    hint: kind.advice,
  });
}
