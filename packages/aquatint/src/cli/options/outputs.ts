import { basename, dirname, extname, join, relative, resolve, sep } from "node:path";
import { AquatintError } from "../../errors.ts";
import { fileError, writeFileAndFolder } from "../../formats/files.node.ts";
import { checkName, isFolder, tryWriting } from "../../formats/folders.node.ts";
import {
  type EncodeOptions,
  type ImageFormat,
  type ImagePath,
  imageFormatOf,
  imageFormats,
  writeImage,
} from "../../formats/image/encode.node.ts";
import type { Image } from "../../formats/image/image.ts";

/** Writes the file of image number `index`, 0 .. count - 1; returns its path. */
export type Write = (index: number, bytes: Uint8Array) => Promise<string>;

/** Encodes and writes image number `index`, 0 .. count - 1; returns its path. */
export type WriteImage = (index: number, image: Image, options?: Omit<EncodeOptions, "format">) => Promise<string>;

/** Destinations of the files of a command. */
export interface Outputs {
  readonly image: WriteImage;
  /** File format of `image`. */
  readonly format: ImageFormat;
  readonly strip: Write | undefined;
  readonly trajectory: Write | undefined;
}

/** Options of the output files. */
export interface OutputOptions {
  readonly out?: string;
  readonly strip?: string;
  readonly saveTrajectory?: string;
  /** Images; with more than one, named files get a number: apple-1.png, apple-2.png, ... */
  readonly count: number;
  /** Names the image where `out` is absent. */
  readonly prompt: string;
  /** Endings that `out` may have, in lower case; every format that can be written when absent. */
  readonly extensions?: readonly string[];
  /** Files and folders that the command reads. */
  readonly inputs?: readonly (string | undefined)[] | undefined;
}

const everyExtension = Object.values(imageFormats).flatMap(({ extensions }) => extensions);

const outputError = (message: string, hint: string) => new AquatintError("cli/output", message, { hint });

/**
 * Checks where files shall go, before there is anything to write; nothing is created. A file that is named is
 * overwritten, and its folder made; without `out` images go to the folder `out` under names that are new.
 */
export async function openOutputs(options: OutputOptions, cwd: string): Promise<Outputs> {
  const { out, strip, saveTrajectory, count, prompt, extensions: ends = everyExtension, inputs } = options;
  const requested = [
    ["--out", ends, out],
    ["--strip", [".png"], strip],
    ["--save-trajectory", [".safetensors"], saveTrajectory],
  ] as const;
  const paths: string[] = [];
  for (const [flag, extensions, path] of requested) {
    if (path === undefined) continue;
    const absolute = resolve(cwd, path);
    await checkFile({ flag, extensions, path: absolute });
    for (let i = 0; i < count; i++) await checkPath(flag, pathOf(path, i, { cwd, count }), { inputs, cwd });
    if (paths.includes(absolute))
      throw outputError(`${flag}: ${absolute} is named twice`, "give each file a name of its own");
    paths.push(absolute);
  }
  const folder = join(cwd, "out");
  if (out === undefined) await checkFolder(folder, "name the image with --out FILE.png");
  const format = (out === undefined ? undefined : imageFormatOf(out)) ?? imageFormats.png;
  const imagePath = (index: number): ImagePath =>
    out === undefined ? { folder, name: `${stemOf(prompt)}.png` } : pathOf(out, index, { cwd, count });
  return {
    image: (index, image, how) => writeImage(imagePath(index), image, { ...how, format }),
    format,
    strip: writerOf(strip, cwd, count),
    trajectory: writerOf(saveTrajectory, cwd, count),
  };
}

/** One file that an option names, checked before there is anything to write; an existing file is overwritten. */
export async function openFile(
  { path, flag, extension }: NamedFile,
  cwd: string,
): Promise<(bytes: Uint8Array | string) => Promise<string>> {
  const file = await checkedFile({ path, flag, extension }, cwd);
  return async (bytes) => {
    await writeFileAndFolder(file, bytes);
    return file;
  };
}

/** The absolute path of a file that an option names, checked before the work that it is written after. */
export async function checkedFile({ path, flag, extension }: NamedFile, cwd: string): Promise<string> {
  const file = resolve(cwd, path);
  await checkFile({ flag, extensions: [extension], path: file });
  await checkPath(flag, file, { cwd });
  return file;
}

/** Which file, and what it is called in messages. */
export interface NamedFile {
  readonly flag: string;
  readonly extension: string;
  readonly path: string;
}

interface CheckedFile extends Omit<NamedFile, "extension"> {
  /** Endings that its name may have, in lower case. */
  readonly extensions: readonly string[];
}

async function checkFile({ flag, extensions, path }: CheckedFile): Promise<void> {
  if (!extensions.includes(extname(path).toLowerCase())) {
    const endings = extensions.join(", ");
    const hint = `only ${endings} files are written: ${flag} ${basename(path, extname(path))}${extensions[0]}`;
    throw outputError(`${flag}: expected a name that ends in ${endings}, got "${basename(path)}"`, hint);
  }
  await checkFolder(dirname(path), `choose another folder with ${flag} FILE${extensions[0]}`);
}

async function checkPath(flag: string, path: string, { inputs, cwd }: Reading): Promise<void> {
  checkName(path);
  if (await isFolder(path)) throw outputError(`${flag}: ${path} is a folder`, "name a file inside it");
  checkInputs(path, { inputs, cwd });
}

/** Inputs of a command, and the folder that relative paths start from. */
export type Reading = Pick<OutputOptions, "inputs"> & { readonly cwd: string };

/** Refuses to write in the place of what is read. @throws AquatintError "cli/output". */
export function checkInputs(path: string, { inputs = [], cwd }: Reading): void {
  const input = inputs.find((file) => file !== undefined && `${resolve(cwd, file)}${sep}`.startsWith(`${path}${sep}`));
  if (input !== undefined)
    throw outputError(`${path} would take the place of ${input}, which is read`, "choose another name");
}

/** Checks that files can be written into a folder, which is made with the first of them; nothing is left there. */
export async function checkFolder(folder: string, hint: string): Promise<void> {
  const state = await isFolder(folder);
  if (state === false) throw outputError(`${folder} is a file, expected a folder`, hint);
  if (state === undefined && dirname(folder) !== folder) {
    checkName(folder);
    return checkFolder(dirname(folder), hint);
  }
  await tryWriting(folder).catch((cause: unknown) => {
    throw outputError(fileError("write", folder, cause).message.replace("cannot write", "cannot write into"), hint);
  });
}

function writerOf(path: string | undefined, cwd: string, count: number): Write | undefined {
  if (path === undefined) return undefined;
  return async (index, bytes) => {
    const file = pathOf(path, index, { cwd, count });
    await writeFileAndFolder(file, bytes);
    return file;
  };
}

const pathOf = (path: string, index: number, { cwd, count }: { readonly cwd: string; readonly count: number }) =>
  resolve(cwd, count === 1 ? path : numbered(path, index + 1));

const numbered = (path: string, n: number): string => {
  const extension = extname(path);
  return `${path.slice(0, path.length - extension.length)}-${n}${extension}`;
};

/** The first words of a prompt as a file name: "a-red-apple-blue-background". */
export const stemOf = (prompt: string): string => {
  const words = prompt.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return Array.from(words.join("-")).slice(0, 40).join("").replace(/-$/, "") || "image";
};

/** A path as a person reads it: from the folder they are in, where that is shorter. */
export function shortPath(path: string, cwd: string): string {
  const inside = relative(cwd, path);
  return inside === "" || inside.startsWith("..") ? path : inside;
}
