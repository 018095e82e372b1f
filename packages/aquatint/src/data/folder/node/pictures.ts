import { stat } from "node:fs/promises";
import { join } from "node:path";
import { AquatintError } from "../../../errors.ts";
import { readBytes } from "../../../formats/node.ts";
import { importSharp, type SharpFactory } from "../../../formats/node-sharp.ts";
import type { RgbaPicture } from "../../compose.ts";
import { type Split, splits } from "../../dataset.ts";
import { stringHash } from "../../string-hash.ts";
import type { FolderEntry, FolderRequest, PictureFolder } from "../pictures.ts";
import { captionedFiles } from "./captions.ts";
import { skipList } from "./skip-list.ts";

/** Pictures in memory take at most so many bytes; those beyond are decoded again each time. */
const MEMORY = 512e6;

/** Files read at the same time. */
const AT_ONCE = 8;

/**
 * Looks at every picture of a folder; what cannot be used is in the report.
 * @throws AquatintError "file/missing" where there is no such folder, "data/no-pictures" where nothing can be used.
 */
export async function openPictureFolder(request: FolderRequest): Promise<PictureFolder> {
  const { folder, heldOutShare } = request;
  const sharp = await importSharp("reading pictures");
  const skipped = skipList();
  const kept = new Map<string, RgbaPicture>();
  let bytes = 0;
  const candidates = [...(await captionedFiles(folder, skipped))];
  const entries: FolderEntry[] = [];
  const look = async (): Promise<void> => {
    for (let next = candidates.shift(); next; next = candidates.shift()) {
      const picture = await decoded(sharp, next.file, request);
      if (typeof picture === "string") {
        skipped.add(picture, next.file);
        continue;
      }
      entries.push({ ...next, split: stringHash(next.file) < heldOutShare ? "held-out" : "train" });
      bytes += picture.data.length;
      if (bytes <= MEMORY) kept.set(next.file, picture);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, look));
  const report = { used: countsOf(entries), skipped: skipped.list() };
  if (entries.length === 0) throw nothingToUse(folder, report.skipped);
  return {
    entries: entries.sort((a, b) => (a.file < b.file ? -1 : 1)),
    report,
    async picture({ file }) {
      const picture = kept.get(file) ?? (await decoded(sharp, file, request));
      if (typeof picture !== "string") return picture;
      throw new AquatintError(
        "data/picture-changed",
        `${join(folder, file)} could be read before, and now is ${picture}`,
      );
    },
  };
}

const countsOf = (entries: readonly FolderEntry[]): Readonly<Record<Split, number>> =>
  Object.fromEntries(splits.map((split) => [split, entries.filter((e) => e.split === split).length])) as Record<
    Split,
    number
  >;

function nothingToUse(folder: string, skipped: PictureFolder["report"]["skipped"]): AquatintError {
  const why = skipped.map(({ reason, count }) => `${count} ${reason}`).join(", ");
  return new AquatintError("data/no-pictures", `${folder} has no picture to train on${why ? `: ${why}` : ""}`, {
    hint: 'put "cat.txt" beside "cat.png", or a metadata.jsonl with "file_name" and "text" into the folder',
  });
}

/** A picture, upright, in sRGB with alpha and not larger than it need be; or why it is skipped. */
async function decoded(
  sharp: SharpFactory,
  file: string,
  { folder, shorterSide, maxMegapixels, maxMegabytes }: FolderRequest,
): Promise<RgbaPicture | string> {
  const path = join(folder, file);
  try {
    if ((await stat(path)).size > maxMegabytes * 1e6) return `larger than ${maxMegabytes} megabytes`;
    const bytes = await readBytes(path);
    const { width, height } = await sharp(Buffer.from(bytes), { limitInputPixels: false }).metadata();
    if (width * height > maxMegapixels * 1e6) return `larger than ${maxMegapixels} megapixels`;
    const upright = sharp(Buffer.from(bytes), { limitInputPixels: maxMegapixels * 1e6, failOn: "error" }).rotate();
    const { data, info } = await upright
      .resize({ width: shorterSide, height: shorterSide, fit: "outside", withoutEnlargement: true })
      .toColourspace("srgb")
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, channels: 4, data };
  } catch {
    return "not readable as a picture";
  }
}
