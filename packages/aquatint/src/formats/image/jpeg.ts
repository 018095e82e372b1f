import { AquatintError } from "../../errors.ts";
import { concatBytes } from "../../util/concat.ts";
import { itemAt } from "../../util/items.ts";
import { startsWith } from "../bytes.ts";
import { damaged } from "../damaged.ts";
import { latin1OrUtf8 } from "../metadata/text-encoding.ts";
import { XMP_KEYWORD } from "../metadata/xmp.ts";

const EXIF = "Exif\0\0";
const XMP = "http://ns.adobe.com/xap/1.0/\0";
const APP1 = 0xe1;
const COMMENT = 0xfe;
/** Begins the image itself. */
const SCAN = 0xda;
const END = 0xd9;
/** Bytes of a segment after its marker at most. */
const MAX_SEGMENT = 0xffff;
const NONE = new Uint8Array();

interface Segment {
  readonly marker: number;
  readonly data: Uint8Array;
}

/** The segments of a JPEG file before its image; lengths are checked. */
function* segments(bytes: Uint8Array, name: string): Generator<Segment, void, void> {
  for (let at = 2; ; ) {
    if (at + 4 > bytes.length) throw damaged("truncated", name, "the file ends before its image");
    if (bytes[at] !== 0xff) throw damaged("corrupt", name, `it has no segment at byte ${at}`);
    const marker = itemAt(bytes, at + 1);
    if (marker === 0xff)
      at++; // fill bytes may stand before a marker
    else if (marker === SCAN || marker === END) return;
    else {
      const length = (itemAt(bytes, at + 2) << 8) | itemAt(bytes, at + 3);
      if (length < 2) throw damaged("corrupt", name, `the segment at byte ${at} has the length ${length}`);
      if (at + 2 + length > bytes.length) throw damaged("truncated", name, "the file ends inside a segment");
      yield { marker, data: bytes.subarray(at + 4, at + 2 + length) };
      at += 2 + length;
    }
  }
}

/** The EXIF block of a JPEG file, without bytes where it has none. @throws AquatintError "image/truncated" or "image/corrupt". */
export function jpegExif(bytes: Uint8Array, { name = "the image" } = {}): Uint8Array {
  for (const { marker, data } of segments(bytes, name)) {
    if (marker === APP1 && startsWith(data, EXIF)) return data.subarray(EXIF.length);
  }
  return NONE;
}

/** The XMP packet and the comment of a JPEG file, under the keywords that PNG has for them; those before its end where it is cut. */
export function jpegTexts(bytes: Uint8Array): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {};
  try {
    for (const { marker, data } of segments(bytes, "")) {
      if (marker === APP1 && startsWith(data, XMP)) texts[XMP_KEYWORD] ??= latin1OrUtf8(data.subarray(XMP.length));
      if (marker === COMMENT) texts["Comment"] ??= latin1OrUtf8(data);
    }
  } catch (error) {
    if (!(error instanceof AquatintError)) throw error;
  }
  return texts;
}

/** A copy of a JPEG file with an EXIF block at its beginning. @throws AquatintError "image/texts" beyond 64 KiB. */
export function jpegWithExif(bytes: Uint8Array, tiff: Uint8Array): Uint8Array<ArrayBuffer> {
  const length = 2 + EXIF.length + tiff.length;
  if (length > MAX_SEGMENT) {
    throw new AquatintError("image/texts", `a JPEG file holds ${MAX_SEGMENT} bytes of EXIF, not ${length}`, {
      hint: "save as PNG or WebP, or leave the texts out: --no-metadata",
    });
  }
  const head = Uint8Array.of(0xff, APP1, length >> 8, length & 255);
  return concatBytes([bytes.subarray(0, 2), head, new TextEncoder().encode(EXIF), tiff, bytes.subarray(2)]);
}
