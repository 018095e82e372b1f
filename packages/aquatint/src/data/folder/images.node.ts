import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { AquatintError } from "../../errors.ts";
import { readBytes } from "../../formats/files.node.ts";
import { sha256 } from "../../formats/hash.node.ts";
import type { Image, RgbaImage } from "../../formats/image/image.ts";
import { decodeImage } from "../../formats/image/read-image.node.ts";
import { atLeast, resized } from "../../formats/image/resize.ts";
import { type Split, splits } from "../dataset.ts";
import { stringHash } from "../string-hash.ts";
import { captionedFiles } from "./captions.node.ts";
import type { FolderEntry, FolderRequest, ImageFolder } from "./images.ts";
import { skipList } from "./skip-list.node.ts";

/** Images in memory take at most so many bytes; those beyond are decoded again each time. */
const MEMORY = 512e6;

/** Files read at the same time. */
const AT_ONCE = 8;

/**
 * Looks at every image of a folder; what cannot be used is in the report.
 * @throws AquatintError "file/missing" where there is no such folder, "data/no-images" where nothing can be used.
 */
export async function openImageFolder(request: FolderRequest): Promise<ImageFolder> {
  const { folder, heldOutShare } = request;
  const [skipped, noted] = [skipList(), skipList()];
  const cache = new Map<string, RgbaImage>();
  let bytes = 0;
  const candidates = [...(await captionedFiles(folder, { skipped, noted }))];
  const entries: FolderEntry[] = [];
  const look = async (): Promise<void> => {
    for (let next = candidates.shift(); next; next = candidates.shift()) {
      const decodedImage = await decoded(next.file, request);
      if (typeof decodedImage === "string") {
        skipped.add(decodedImage, next.file);
        continue;
      }
      entries.push({ ...next, split: stringHash(next.file) < heldOutShare ? "held-out" : "train" });
      bytes += decodedImage.data.length;
      if (bytes <= MEMORY) cache.set(next.file, decodedImage);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, look));
  const notes = noted.list();
  if (entries.length === 0) throw nothingToUse(folder, skipped.list());
  entries.sort((a, b) => (a.file < b.file ? -1 : 1));
  const [counts, contents] = [countsOf(entries), await contentsOf(folder, entries)];
  return {
    entries,
    report: { counts, skipped: skipped.list(), ...(notes.length > 0 && { notes }), contents },
    async image({ file }) {
      const decodedImage = cache.get(file) ?? (await decoded(file, request));
      if (typeof decodedImage !== "string") return decodedImage;
      throw new AquatintError(
        "data/image-changed",
        `${join(folder, file)} could be read before, and now is ${decodedImage}`,
      );
    },
  };
}

async function contentsOf(folder: string, entries: readonly FolderEntry[]): Promise<string> {
  const hash = createHash("sha256");
  for (const { file, captions } of entries) {
    hash.update(JSON.stringify([file, await sha256([join(folder, file)]), captions]));
  }
  return hash.digest("hex");
}

const countsOf = (entries: readonly FolderEntry[]): Readonly<Record<Split, number>> =>
  Object.fromEntries(splits.map((split) => [split, entries.filter((e) => e.split === split).length])) as Record<
    Split,
    number
  >;

function nothingToUse(folder: string, skipped: ImageFolder["report"]["skipped"]): AquatintError {
  const why = skipped.map(({ reason, count }) => `${count} ${reason}`).join(", ");
  return new AquatintError("data/no-images", `${folder} has no image to train on${why ? `: ${why}` : ""}`, {
    hint: 'put "cat.txt" beside "cat.png", or a metadata.jsonl with "file_name" and "text" into the folder',
  });
}

/** An image, upright, in sRGB with alpha and not larger than it need be; or why it is skipped. */
async function decoded(
  file: string,
  { folder, shorterSide, maxMegapixels, maxMegabytes }: FolderRequest,
): Promise<RgbaImage | string> {
  const path = join(folder, file);
  try {
    const { size } = await stat(path).catch(() => ({ size: 0 })); // reading says why
    if (size > maxMegabytes * 1e6) return `larger than ${maxMegabytes} megabytes`;
    const image = await decodeImage(await readBytes(path), { name: path, maxPixels: maxMegapixels * 1e6 });
    return withAlpha(resized(image, atLeast(image, shorterSide)));
  } catch (error) {
    if (!(error instanceof AquatintError)) throw error;
    if (error.code === "image/no-sharp") throw error;
    if (error.code === "image/unsupported") return "not PNG, JPEG, WebP, AVIF, GIF, TIFF or SVG";
    if (/\/too-large$/.test(error.code)) return `larger than ${maxMegapixels} megapixels`;
    return "not readable as an image";
  }
}

function withAlpha({ width, height, channels, data }: Image): RgbaImage {
  if (channels === 4) return { width, height, channels, data };
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    for (let c = 0; c < 3; c++) rgba[to + c] = data[from + c]!;
  }
  return { width, height, channels: 4, data: rgba };
}
