import { resolve } from "node:path";
import type { Command } from "commander";
import { AquatintError } from "../../errors.ts";
import { isFolder } from "../../formats/folders.node.ts";
import { imageTexts } from "../../formats/image/file-texts.ts";
import { readImageFile } from "../../formats/image/read-image.node.ts";
import { type ImageMetadata, imageMetadata, metadataFormats } from "../../formats/metadata/index.ts";
import { framePaths } from "../../formats/video/frame-paths.node.ts";
import { itemAt, required } from "../../util/items.ts";
import type { Io } from "../io.ts";
import { printable } from "../terminal/escape.ts";

/** Adds `aquatint info` to the program. */
export const addInfo = (program: Command, io: Io): Command =>
  program
    .command("info")
    .summary("print the settings that an image or a clip was made with")
    .description(
      "Prints the settings that an image or a clip was made with, from its file. Reads files of Aquatint, AUTOMATIC1111's web UI, ComfyUI, and others that docs/images.md lists.",
    )
    .argument("<file>", "a PNG, JPEG, WebP, GIF, MP4 or WebM file, or a folder of frames")
    .option("--json", "print one JSON object on stdout")
    .action(async (path: string, { json = false }: { readonly json?: boolean }) => {
      const metadata = await metadataIn(path, io.cwd);
      io.stdout.write(json ? `${JSON.stringify(metadata)}\n` : described(metadata));
    });

/** The metadata in the file of an image or a clip, or in a folder of frames. @throws AquatintError "image/no-recipe" where there are none. */
export async function metadataIn(path: string, cwd: string): Promise<ImageMetadata> {
  const full = resolve(cwd, path);
  // every frame of a folder has them
  const file = (await isFolder(full)) ? itemAt(await framePaths(full), 0) : full;
  const metadata = imageMetadata(await imageTexts(await readImageFile(file), { name: path }));
  if (metadata) return metadata;
  throw new AquatintError("image/no-recipe", `${path} does not say how it was made`, {
    hint: "many sites remove the metadata: use the file as it was saved",
  });
}

/** Names of the rows of the fields. */
const labels: Readonly<Record<string, string>> = { modelHash: "model hash" };
const fieldNames = ["prompt", "negative", "seed", "steps", "sampler", "guidance", "model", "modelHash"] as const;

/** One line a field; the settings that have no field of their own follow in the program's words, then what --like leaves out. */
function described(metadata: ImageMetadata): string {
  const { source, settings, width, height, networks = [], unrepeated = [], notes = [] } = metadata;
  const fields = fieldNames.map((key) => [labels[key] ?? key, metadata[key]] as const);
  const size = width === undefined || height === undefined ? undefined : `${width}x${height}`;
  const title = required(
    metadataFormats.find((format) => format.source === source),
    source,
  ).title;
  const listed = new Set([...fields.map(([, value]) => value), width, height].map(String));
  const rest = Object.entries(settings).filter(
    ([key, value]) =>
      (typeof value !== "object" || Array.isArray(value)) &&
      !/^size$/i.test(key) &&
      !(fieldNames as readonly string[]).includes(key) &&
      !listed.has(String(value)),
  );
  return table([
    ["made by", title],
    ...fields,
    ["size", size],
    ...rest,
    ["networks", networks.map(({ kind, text }) => `${kind}:${text}`).join(", ")],
    ["not repeated", unrepeated.join(", ")],
    ...notes.map((note) => ["note", note] as const),
  ]);
}

/** Rows of two columns, without those that say nothing. */
function table(rows: readonly (readonly [string, unknown])[]): string {
  const lines = rows.flatMap(([key, value]) => {
    const text = Array.isArray(value) ? value.map(cell).join(", ") : String(value ?? "");
    return text === "" ? [] : [[printable(key), printable(text)] as const];
  });
  const column = lines.reduce((width, [key]) => Math.max(width, key.length), 0);
  return lines
    .map(([key, value]) => `${key.padEnd(column)}  ${value.replace(/\n/g, `\n${" ".repeat(column + 2)}`)}\n`)
    .join("");
}

const cell = (value: unknown): string => (typeof value === "object" ? JSON.stringify(value) : String(value));
