import type { GalleryImage } from "./gallery-store.ts";

/** What of the gallery is shown. */
export interface GalleryFilter {
  readonly text: string;
  readonly favorites: boolean;
}

/** Images whose prompt, sampler, seed or size holds every word. */
export function filtered(images: readonly GalleryImage[], { text, favorites }: GalleryFilter): readonly GalleryImage[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return images.filter(({ recipe, favorite }) => {
    if (favorites && !favorite) return false;
    const { prompt, negative, sampler, seed, width, height } = recipe;
    const content = [prompt, negative, sampler, seed, `${width}x${height}`].join(" ").toLowerCase();
    return words.every((word) => content.includes(word));
  });
}
