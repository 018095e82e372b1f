import type { Trace } from "../engine/protocol.ts";
import { createStore } from "../state/store.ts";
import { type ImageDatabase, openDatabase, type StoredImage } from "./gallery-database.ts";

/** An image of the gallery with an address that the page can show. */
export interface GalleryImage extends StoredImage {
  readonly url: string;
}

/** The gallery: images, the newest first, and whether they outlive the page. */
export interface GalleryState {
  readonly images: readonly GalleryImage[];
  readonly loaded: boolean;
  /** Why images are not kept, in words. */
  readonly problem: string | undefined;
}

/** The page's gallery. */
export const galleryStore = createStore<GalleryState>({ images: [], loaded: false, problem: undefined });

const channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel("aquatint-gallery");
let database: Promise<ImageDatabase> | undefined;
const traces = new Map<string, Trace>();
/** Images of which the way from noise is remembered. */
const MAX_TRACES = 60;

const withUrl = (image: StoredImage): GalleryImage => ({ ...image, url: URL.createObjectURL(image.png) });

/** Reads what earlier visits made, and follows what other tabs do. */
export async function openGallery(): Promise<void> {
  database ??= openDatabase();
  channel?.addEventListener("message", () => void reload());
  await reload();
}

async function reload(): Promise<void> {
  const images = await read();
  const current = new Map(galleryStore.get().images.map((image) => [image.id, image]));
  galleryStore.set((state) => ({
    ...state,
    loaded: true,
    images: [
      ...images
        .map((image) => ({ ...(current.get(image.id) ?? withUrl(image)), favorite: image.favorite }))
        .toReversed(),
    ],
  }));
}

async function read(): Promise<readonly StoredImage[]> {
  try {
    return (await (await database)?.all()) ?? [];
  } catch {
    refuse("This browser keeps no images here. Download those that you want to keep.");
    return galleryStore.get().images.toReversed();
  }
}

const refuse = (problem: string) => galleryStore.set((state) => ({ ...state, problem }));

/** Writes to the database; the page goes on without it where that fails. */
async function write(change: (database: ImageDatabase) => Promise<void>): Promise<void> {
  try {
    if (database) await change(await database);
    channel?.postMessage("changed");
  } catch (error) {
    const full = error instanceof DOMException && error.name === "QuotaExceededError";
    refuse(
      full
        ? "The browser's storage is full. New images are lost when the page closes: delete some, or download them."
        : "This browser keeps no images here. Download those that you want to keep.",
    );
  }
}

/** Adds an image, which is shown at once. */
export async function addImage(image: StoredImage, trace?: Trace): Promise<GalleryImage> {
  const added = withUrl(image);
  if (trace) remember(image.id, trace);
  galleryStore.set((state) => ({ ...state, images: [added, ...state.images] }));
  await write((db) => db.put(image));
  return added;
}

/** Forgets the steps of all images: another model would decode them wrongly. */
export const forgetTraces = (): void => traces.clear();

function remember(id: string, trace: Trace): void {
  traces.set(id, trace);
  const [first] = traces.keys();
  if (traces.size > MAX_TRACES && first !== undefined) traces.delete(first);
}

/** The way of an image from noise, where this visit made it. */
export const traceOf = (id: string): Trace | undefined => traces.get(id);

/** Marks or unmarks a favorite. */
export async function toggleFavorite(id: string): Promise<void> {
  const image = galleryStore.get().images.find((item) => item.id === id);
  if (!image) return;
  const { url: _, ...changed } = { ...image, favorite: !image.favorite };
  const replace = (item: GalleryImage) => (item.id === id ? { ...item, favorite: changed.favorite } : item);
  galleryStore.set((state) => ({ ...state, images: state.images.map(replace) }));
  await write((db) => db.put(changed));
}

/** Deletes images; returns what brings them back. */
export async function deleteImages(ids: ReadonlySet<string>): Promise<() => Promise<void>> {
  const deleted = galleryStore.get().images.filter(({ id }) => ids.has(id));
  galleryStore.set((state) => ({ ...state, images: state.images.filter(({ id }) => !ids.has(id)) }));
  await write(async (db) => {
    for (const id of ids) await db.remove(id);
  });
  return async () => {
    const merged = [...galleryStore.get().images, ...deleted].toSorted((a, b) => b.created - a.created);
    galleryStore.set((state) => ({ ...state, images: merged }));
    await write(async (db) => {
      for (const { url: _, ...image } of deleted) await db.put(image);
    });
  };
}
