import type { Trace } from "../engine/protocol.ts";
import { createStore } from "../state/store.ts";
import { type ImageDatabase, openDatabase, type StoredImage } from "./gallery-database.ts";

/** An image of the gallery with an address that the page can show; of a clip its first frame. */
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
/** Images that only this page has, because the browser refused them. */
const unsaved = new Set<string>();
const traces = new Map<string, Trace>();
/** Images of which the way from noise is remembered. */
const MAX_TRACES = 60;

const withUrl = (image: StoredImage): GalleryImage => ({
  ...image,
  url: URL.createObjectURL(image.poster ?? image.png),
});

/** Whether it is a clip. */
export const isClip = ({ poster }: StoredImage): boolean => poster !== undefined;

/** Reads what earlier visits made, and follows what other tabs do. */
export async function openGallery(): Promise<void> {
  database ??= openDatabase();
  channel?.addEventListener("message", () => void reload());
  addEventListener("pageshow", ({ persisted }) => persisted && void reload()); // a page out of the cache missed messages
  addEventListener("beforeunload", (event) => unsaved.size > 0 && event.preventDefault());
  await reload();
}

async function reload(): Promise<void> {
  const stored = await read();
  const current = new Map(galleryStore.get().images.map((image) => [image.id, image]));
  const images = stored.map((image) => ({ ...(current.get(image.id) ?? withUrl(image)), favorite: image.favorite }));
  const rest = [...current.values()].filter(({ id }) => unsaved.has(id) && !stored.some((image) => image.id === id));
  galleryStore.set((state) => ({ ...state, loaded: true, images: newestFirst([...images, ...rest]) }));
}

const newestFirst = <T extends StoredImage>(images: readonly T[]): readonly T[] =>
  images.toSorted((a, b) => b.created - a.created);

async function read(): Promise<readonly StoredImage[]> {
  try {
    return (await (await database)?.all()) ?? [];
  } catch {
    refuse("This browser keeps no images here. Download those that you want to keep.");
    return galleryStore.get().images.toReversed();
  }
}

const refuse = (problem: string) => galleryStore.set((state) => ({ ...state, problem }));

/** Writes to the database; the page goes on without it where that fails. Whether it was written. */
async function write(change: (database: ImageDatabase) => Promise<void>): Promise<boolean> {
  try {
    if (database) await change(await database);
    channel?.postMessage("changed");
    return true;
  } catch (error) {
    const full = error instanceof DOMException && error.name === "QuotaExceededError";
    refuse(
      full
        ? "The browser's storage is full. New images are lost when the page closes: delete some, or download them."
        : "This browser keeps no images here. Download those that you want to keep.",
    );
    return false;
  }
}

async function save({ url: _, ...image }: GalleryImage): Promise<void> {
  if (await write((db) => db.put(image))) unsaved.delete(image.id);
  else unsaved.add(image.id);
}

/** Adds an image, which is shown at once, before all others even if the clock went back. */
export async function addImage(image: StoredImage, trace?: Trace): Promise<GalleryImage> {
  const newest = galleryStore.get().images[0]?.created ?? 0;
  const added = withUrl({ ...image, created: Math.max(image.created, newest + 1) });
  if (trace) remember(image.id, trace);
  galleryStore.set((state) => ({ ...state, images: [added, ...state.images] }));
  await save(added);
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
  const favorite = !image.favorite;
  const replace = (item: GalleryImage) => (item.id === id ? { ...item, favorite } : item);
  galleryStore.set((state) => ({ ...state, images: state.images.map(replace) }));
  await write((db) => db.mark(id, favorite));
}

/** Deletes images; returns what brings them back. */
export async function deleteImages(ids: ReadonlySet<string>): Promise<() => Promise<void>> {
  const deleted = galleryStore.get().images.filter(({ id }) => ids.has(id));
  galleryStore.set((state) => ({ ...state, images: state.images.filter(({ id }) => !ids.has(id)) }));
  await write(async (db) => {
    for (const id of ids) await db.remove(id);
  });
  for (const id of ids) unsaved.delete(id);
  return async () => {
    galleryStore.set((state) => ({ ...state, images: newestFirst([...state.images, ...deleted]) }));
    for (const image of deleted) await save(image);
  };
}
