import type { DataSources, ImageFolder } from "aquatint/data";
import { decodePng, encodePng, type RgbaImage } from "aquatint/formats";
import type { RunFiles } from "aquatint/train";

/** A drawing of the visitor's with what is said of it. */
export interface Drawing {
  readonly caption: string;
  readonly image: RgbaImage;
}

const FOLDER = "drawings";
const nameOf = (i: number): string => `drawing-${i + 1}`;

/** Writes drawings as a folder that `aquatint train` reads: images with captions of the same names. */
export async function writeDrawings(files: RunFiles, drawings: readonly Drawing[]): Promise<void> {
  const entries = drawings.flatMap(({ caption, image }, i): [string, Uint8Array | string][] => [
    [`${nameOf(i)}.png`, encodePng(image)],
    [`${nameOf(i)}.txt`, `${caption}\n`],
  ]);
  await files.replace(FOLDER, new Map(entries));
}

/** Reads that folder for the data set. */
export async function drawingsFolder(files: RunFiles): Promise<ImageFolder> {
  const names = (await files.list(FOLDER)).filter((name) => name.endsWith(".png"));
  const images = new Map(
    await Promise.all(names.map(async (name) => [name, decodePng(await files.read(`${FOLDER}/${name}`))] as const)),
  );
  const captions = await Promise.all(
    names.map(async (name) =>
      new TextDecoder().decode(await files.read(`${FOLDER}/${name.replace(/png$/, "txt")}`)).trim(),
    ),
  );
  return {
    entries: names.map((file, i) => ({ file, captions: [captions[i] ?? ""], split: "train" })),
    report: { counts: { train: names.length, "held-out": 0 }, skipped: [] },
    async image({ file }) {
      const image = images.get(file);
      if (image?.channels !== 4) throw new Error(`${file} is not an image of this page`);
      return { ...image, channels: image.channels };
    },
  };
}

/** Sources of the page's data sets: digits that it draws itself, and the visitor's drawings. */
export const sourcesOf = (files: RunFiles, digits: DataSources["digits"]): DataSources => ({
  digits,
  imageFolder: () => drawingsFolder(files),
  latentPool: () => Promise.reject(new Error("the lecture trains on pixels")),
});
