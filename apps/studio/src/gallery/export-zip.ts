import { strToU8, zip } from "fflate";
import { fileName } from "../ui/words.ts";
import { fileOf, type GalleryImage } from "./gallery-store.ts";

/** Names of files, each once: a second of the same name gets a number. */
export function uniqueNames(names: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  return names.map((name) => {
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return count === 0 ? name : name.replace(/\.png$/, `-${count + 1}.png`);
  });
}

/** A zip archive of images as PNG files, with their settings as images.json. PNG is compressed already and stored as it is. */
export async function exportZip(images: readonly GalleryImage[]): Promise<Blob> {
  const names = uniqueNames(images.map(({ recipe }) => fileName(recipe.prompt, recipe.seed)));
  const files = await Promise.all(
    images.map(async (image, i) => {
      const file = await fileOf(image);
      return [names[i] ?? "image.png", new Uint8Array(await file.arrayBuffer())] as const;
    }),
  );
  const list = images.map(({ recipe, created, favorite }, i) => ({
    file: names[i],
    created: new Date(created).toISOString(),
    favorite,
    ...recipe,
  }));
  const entries = { ...Object.fromEntries(files), "images.json": strToU8(`${JSON.stringify(list, null, 2)}\n`) };
  return new Promise((resolve, reject) => {
    zip(entries, { level: 0, consume: true }, (error, bytes) =>
      error ? reject(error) : resolve(new Blob([bytes as BlobPart], { type: "application/zip" })),
    );
  });
}
