import { AquatintError } from "../../errors.ts";
import { startsWith } from "../bytes.ts";
import { joinChunks, readChunks } from "../png/chunks.ts";
import { allTexts, textChunk } from "../png/text.ts";
import { exifTexts } from "./exif.ts";
import { exifBlock } from "./exif-write.ts";
import type { ImageTexts } from "./image-texts.ts";
import { jpegExif, jpegTexts, jpegWithExif } from "./jpeg.ts";
import { webpExif, webpTexts, webpWithExif } from "./webp.ts";

/** Signature of a kind of image file, and the place of its texts. */
interface Container {
  readonly starts: readonly (readonly [at: number, signature: string])[];
  texts(bytes: Uint8Array, name: string): Promise<Readonly<Record<string, string>>>;
  withTexts(bytes: Uint8Array, texts: ImageTexts): Uint8Array<ArrayBuffer>;
}

const containers: readonly Container[] = [
  {
    starts: [[0, "\x89PNG"]],
    async texts(bytes, name) {
      const chunks = readChunks(bytes, { name });
      const exif = chunks.find(({ type }) => type === "eXIf");
      return { ...(exif && exifTexts(exif.data, { name })), ...(await allTexts(chunks, { name })) };
    },
    withTexts(bytes, texts) {
      const [header, ...rest] = readChunks(bytes);
      const textChunks = Object.entries(texts).map(([keyword, text]) => textChunk(keyword, text));
      return joinChunks([...(header ? [header] : []), ...textChunks, ...rest]);
    },
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
];

function containerOf(bytes: Uint8Array, name: string): Container {
  const container = containers.find(({ starts }) =>
    starts.every(([at, signature]) => startsWith(bytes, signature, at)),
  );
  if (container) return container;
  throw new AquatintError("image/unknown", `${name} is not a PNG, JPEG or WebP file`, {
    hint: "give the image as it was saved by the program that made it",
  });
}

/**
 * The texts in an image's file by keyword: of PNG its text chunks, compressed ones too; of JPEG and WebP those of EXIF, XMP and comments.
 * Nothing of the image is unpacked. @throws AquatintError "png/…" or "image/…" for a damaged file, for texts above
 * `MAX_TEXT_BYTES`, and for other files.
 */
export async function imageTexts(
  bytes: Uint8Array,
  { name = "the image" } = {},
): Promise<Readonly<Record<string, string>>> {
  return containerOf(bytes, name).texts(bytes, name);
}

/**
 * A copy of a PNG, JPEG or WebP file with texts: in PNG as text chunks, in the others as EXIF, where the web UI has them.
 * @throws AquatintError "image/texts" where the kind of file cannot hold so much.
 */
export const withTexts = (bytes: Uint8Array, texts: ImageTexts): Uint8Array<ArrayBuffer> =>
  containerOf(bytes, "the image").withTexts(bytes, texts);
