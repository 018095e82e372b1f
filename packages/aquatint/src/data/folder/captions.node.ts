import { dirname, extname, join, sep } from "node:path";
import { z } from "zod";
import { readText } from "../../formats/files.node.ts";
import { filesBelow } from "./files.node.ts";
import type { SkipList } from "./skip-list.node.ts";

/** Endings of files that are taken for images, whether or not they can be read. */
const imageEndings: ReadonlySet<string> = new Set([
  ...[".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif", ".tif", ".tiff", ".avif", ".svg"],
  ...[".heic", ".heif", ".bmp", ".jxl", ".jp2", ".psd"],
]);

/** An image's path from the folder, with slashes, and what is said about it. */
export interface Captioned {
  readonly file: string;
  readonly captions: readonly string[];
}

/** Findings of `captionedFiles` beside what it returns. */
export interface Findings {
  /** Files that are not used. */
  readonly skipped: SkipList;
  /** Files that are used in a way that may surprise. */
  readonly noted: SkipList;
}

/** Every image below a folder that has captions, by path; the others go on the list. */
export async function captionedFiles(folder: string, findings: Findings): Promise<readonly Captioned[]> {
  const { skipped } = findings;
  const files = await filesBelow(folder, skipped);
  const images = files.filter((file) => imageEndings.has(extname(file).toLowerCase()));
  const captions = await metadataCaptions(folder, { files, images, ...findings });
  const texts = new Map(
    textEndings
      .flatMap((ending) => files.filter((file) => ending.test(file)))
      .map((file) => [withoutEnding(file), file]),
  );
  const pairs: Captioned[] = [];
  for (const file of images.toSorted()) {
    const text = texts.get(withoutEnding(file));
    const rows = captions.get(file);
    if (rows && text !== undefined) skipped.add("texts of images that metadata.jsonl names", text);
    const said = rows ?? (text === undefined ? [] : lines(await textOf(folder, text, skipped)));
    if (said.length > 0) pairs.push({ file, captions: said });
    else skipped.add("without a caption", file);
  }
  return pairs;
}

/** Endings of captions, the one that counts where there are both last. */
const textEndings = [/\.caption$/i, /\.txt$/i];
const withoutEnding = (file: string): string => file.slice(0, file.length - extname(file).length);

interface Listing extends Findings {
  readonly files: readonly string[];
  readonly images: readonly string[];
}

/** Captions of all metadata.jsonl of a folder, by image; one that several lines name has the captions of all of them. */
async function metadataCaptions(
  folder: string,
  { files, images, skipped, noted }: Listing,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const pathByName = new Map(images.map((file) => [file.normalize(), file]));
  const captions = new Map<string, readonly string[]>();
  for (const file of files.filter((file) => /(^|\/)metadata\.jsonl$/.test(file))) {
    for (const [fileName, said] of await metadata(folder, file, skipped)) {
      const image = pathByName.get(fileName.normalize()) ?? pathByName.get(fileName.replaceAll("\\", "/").normalize());
      if (image === undefined) {
        skipped.add("named in metadata.jsonl, and not there", fileName);
        continue;
      }
      const before = captions.get(image);
      if (before) noted.add("named by several lines of metadata.jsonl, whose captions are all used", image);
      captions.set(image, [...new Set([...(before ?? []), ...said])]);
    }
  }
  return captions;
}

/** A text file below the folder; one that cannot be read goes on the list and says nothing. */
async function textOf(folder: string, file: string, skipped: SkipList): Promise<string> {
  const text = await readText(join(folder, file)).catch(() => undefined);
  if (text !== undefined && !text.includes("\0")) return text;
  skipped.add("texts that are not readable as UTF-8", file);
  return "";
}

const row = z.object({ file_name: z.string().min(1), text: z.union([z.string(), z.array(z.string())]) });

/** The images that a metadata.jsonl names, from its own folder on, and what it says about them. */
async function metadata(
  folder: string,
  file: string,
  skipped: SkipList,
): Promise<readonly (readonly [string, readonly string[]])[]> {
  const rows = (await textOf(folder, file, skipped)).split("\n").map((line, i) => ({ line, at: `${file}:${i + 1}` }));
  return rows.flatMap(({ line, at }) => {
    if (line.trim() === "") return [];
    const parsed = row.safeParse(parsedJson(line));
    if (!parsed.success) {
      skipped.add('lines of metadata.jsonl without "file_name" and "text"', at);
      return [];
    }
    const { file_name, text } = parsed.data;
    const path = join(dirname(file), file_name).split(sep).join("/");
    return [[path, [text].flat().flatMap(lines)] as const];
  });
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const lines = (text: string): readonly string[] =>
  text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter(Boolean);
