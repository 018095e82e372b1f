import { AquatintError } from "../../errors.ts";
import { startsWith } from "../bytes.ts";
import { objectOf } from "../metadata/fields.ts";
import { readChunks } from "../png/chunks.ts";
import { allTexts, pngWithTexts } from "../png/text.ts";
import { gifTexts, gifWithTexts } from "../video/animation/gif-blocks.ts";
import { mp4Texts, mp4WithTexts } from "../video/mp4-boxes.ts";
import { webmTexts } from "../video/webm-tags.ts";
import { exifTexts } from "./exif.ts";
import { exifBlock } from "./exif-write.ts";
import type { ImageTexts } from "./image-texts.ts";
import { jpegExif, jpegTexts, jpegWithExif } from "./jpeg.ts";
import { webpExif, webpTexts, webpWithExif } from "./webp.ts";

/** Signature of a kind of image file, and the place of its texts. */
interface Container {
  readonly starts: readonly (readonly [at: number, signature: string])[];
  texts(bytes: Uint8Array, name: string): Promise<Readonly<Record<string, string>>>;
  /** Absent where texts are written with the file alone. */
  withTexts?(bytes: Uint8Array, texts: ImageTexts): Uint8Array<ArrayBuffer>;
}

const containers: readonly Container[] = [
  {
    starts: [[0, "\x89PNG"]],
    async texts(bytes, name) {
      const chunks = readChunks(bytes, { name });
      const exif = chunks.find(({ type }) => type === "eXIf");
      return { ...(exif && exifTexts(exif.data, { name })), ...(await allTexts(chunks, { name })) };
    },
    withTexts: pngWithTexts,
  },
  {
    starts: [[0, "\xff\xd8\xff"]],
    texts: async (bytes, name) => ({
      ...jpegTexts(bytes),
      ...exifTexts(jpegExif(bytes, { name }), { name }),
    }),
    withTexts: (bytes, texts) => jpegWithExif(bytes, exifBlock(texts)),
  },
  {
    starts: [
      [0, "RIFF"],
      [8, "WEBP"],
    ],
    texts: async (bytes, name) => ({
      ...webpTexts(bytes, { name }),
      ...exifTexts(webpExif(bytes, { name }), { name }),
    }),
    withTexts: (bytes, texts) => webpWithExif(bytes, exifBlock(texts)),
  },
  {
    starts: [[0, "GIF8"]],
    texts: async (bytes, name) => gifTexts(bytes, { name }),
    withTexts: gifWithTexts,
  },
  {
    starts: [[4, "ftyp"]],
    texts: async (bytes, name) => withEmbedded(mp4Texts(bytes, { name })),
    withTexts: mp4WithTexts,
  },
  {
    starts: [[0, "\x1a\x45\xdf\xa3"]],
    texts: async (bytes, name) => withEmbedded(webmTexts(bytes, { name })),
  },
];

/** Texts of a video, and those in its comment where that is an object of JSON, as savers of ComfyUI write it. */
function withEmbedded(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = Object.entries(objectOf(texts["Comment"]) ?? {});
  const embedded = entries.map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]);
  return { ...Object.fromEntries(embedded), ...texts };
}

function containerOf(bytes: Uint8Array, name: string): Container {
  const container = containers.find(({ starts }) =>
    starts.every(([at, signature]) => startsWith(bytes, signature, at)),
  );
  if (container) return container;
  throw new AquatintError("image/unknown", `${name} is not a PNG, JPEG, WebP, GIF, MP4 or WebM file`, {
    hint: "give the file as it was saved by the program that made it",
  });
}

/**
 * The texts in the file of an image or a video by keyword: of PNG its text chunks, compressed ones too; of JPEG and WebP those
 * of EXIF, XMP and comments; of GIF its comments, of MP4 and WebM their tags. Nothing of the image is unpacked. @throws AquatintError "png/…" or "image/…" for a damaged file, for texts above
 * `MAX_TEXT_BYTES`, and for other files.
 */
export async function imageTexts(
  bytes: Uint8Array,
  { name = "the image" } = {},
): Promise<Readonly<Record<string, string>>> {
  return containerOf(bytes, name).texts(bytes, name);
}

/**
 * A copy of a PNG, JPEG, WebP, GIF or MP4 file with texts: in PNG as text chunks, in JPEG and WebP as EXIF, where the web UI
 * has them, in GIF as comments, in MP4 as iTunes' metadata.
 * @throws AquatintError "image/texts" where the kind of file cannot hold so much, or takes texts only when it is written.
 */
export function withTexts(bytes: Uint8Array, texts: ImageTexts): Uint8Array<ArrayBuffer> {
  const container = containerOf(bytes, "the image");
  if (container.withTexts) return container.withTexts(bytes, texts);
  throw new AquatintError("image/texts", "texts of a WebM file are written with it, not into it afterwards", {
    hint: "give them where it is written",
  });
}
