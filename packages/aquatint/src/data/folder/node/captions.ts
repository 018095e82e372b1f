import { readdir } from "node:fs/promises";
import { dirname, extname, join, relative, sep } from "node:path";
import { z } from "zod";
import { fileError, readText } from "../../../formats/node.ts";
import type { SkipList } from "./skip-list.ts";

/** Endings of files that are taken for pictures, whether or not they can be read. */
const pictureEndings: ReadonlySet<string> = new Set([
  ...[".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif", ".tif", ".tiff", ".avif", ".svg"],
  ...[".heic", ".heif", ".bmp", ".jxl", ".jp2", ".psd"],
]);

/** A picture's path from the folder, with slashes, and what is said about it. */
export interface Captioned {
  readonly file: string;
  readonly captions: readonly string[];
}

/** Every picture below a folder that has captions, by path; the others go on the list. */
export async function captionedFiles(folder: string, skipped: SkipList): Promise<readonly Captioned[]> {
  const files = await filesBelow(folder);
  const pictures = new Set(files.filter((file) => pictureEndings.has(extname(file).toLowerCase())));
  const captions = new Map<string, readonly string[]>();
  for (const file of files.filter((file) => /(^|\/)metadata\.jsonl$/.test(file))) {
    for (const [picture, said] of await metadata(folder, file, skipped)) {
      if (pictures.has(picture)) captions.set(picture, said);
      else skipped.add("named in metadata.jsonl, and not there", picture);
    }
  }
  const texts = new Set(files);
  const found: Captioned[] = [];
  for (const file of [...pictures].sort()) {
    const text = `${file.slice(0, -extname(file).length)}.txt`;
    const said = captions.get(file) ?? (texts.has(text) ? lines(await textOf(folder, text, skipped)) : []);
    if (said.length > 0) found.push({ file, captions: said });
    else skipped.add("without a caption", file);
  }
  return found;
}

/** A text file below the folder; one that cannot be read goes on the list and says nothing. */
async function textOf(folder: string, file: string, skipped: SkipList): Promise<string> {
  try {
    return await readText(join(folder, file));
  } catch {
    skipped.add("texts that are not readable as UTF-8", file);
    return "";
  }
}

/** Paths from the folder, with slashes; links are not followed. */
async function filesBelow(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"));
  } catch (cause) {
    throw fileError("read", folder, cause);
  }
}

const row = z.object({ file_name: z.string().min(1), text: z.union([z.string(), z.array(z.string())]) });

/** The pictures that a metadata.jsonl names, from its own folder on, and what it says about them. */
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
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
