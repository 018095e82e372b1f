import type { Trace } from "../engine/protocol.ts";
import { askBeforeLeaving } from "../state/leaving.ts";
import { createStore } from "../state/store.ts";
import type { ArchivedImage, ImageArchive, StoredImage } from "./gallery-database.ts";

/** An image of the gallery, with an address that the page can show once its file is there; of a clip its first frame. */
export interface GalleryImage extends ArchivedImage {
  readonly url: string | undefined;
  /** An address of a smaller image, where one was read. */
  readonly thumbnail?: string | undefined;
}

/** The gallery: images, the newest first, and whether they outlive the page. */
export interface GalleryState {
  readonly images: readonly GalleryImage[];
  readonly loaded: boolean;
  /** Why images are not kept, in words. */
  readonly problem: string | undefined;
}

const empty: GalleryState = { images: [], loaded: false, problem: undefined };

/** The page's gallery. */
export const galleryStore = createStore<GalleryState>(empty);

const channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel("aquatint-gallery");
let archive: ImageArchive | undefined;
/** Images that only this page has, because the archive refused them. */
const unsaved = new Set<string>();
const askForUnsaved = (): void => askBeforeLeaving(unsaved, unsaved.size > 0);
const traces = new Map<string, Trace>();
/** Files that are being read, by the images' ids. */
const reading = new Map<string, Promise<StoredImage>>();
/** Images of which the way from noise is remembered. */
const MAX_TRACES = 60;

function withUrl(image: ArchivedImage): GalleryImage {
  const file = image.poster ?? image.png;
  return { ...image, url: file && URL.createObjectURL(file) };
}

/** Whether it is a clip. */
export const isClip = ({ poster, recipe }: ArchivedImage): boolean =>
  poster !== undefined || recipe["frames"] !== undefined;

/** Follows what other tabs do. */
export function followGallery(): void {
  channel?.addEventListener("message", () => void reloadGallery());
  addEventListener("pageshow", ({ persisted }) => persisted && void reloadGallery()); // a page out of the cache missed messages
}

/** Shows the images of an archive, and none of another's; undefined for none. */
export async function openArchive(next: ImageArchive | undefined): Promise<void> {
  archive = next;
  for (const { url, thumbnail } of galleryStore.get().images) {
    for (const address of [url, thumbnail]) if (address) URL.revokeObjectURL(address);
  }
  for (const map of [unsaved, traces, reading]) map.clear();
  askForUnsaved();
  galleryStore.set(empty);
  await reloadGallery();
}

/** Reads the archive again. */
export async function reloadGallery(): Promise<void> {
  const from = archive;
  if (!from) return;
  const stored = await listed(from);
  if (archive !== from) return;
  const current = new Map(galleryStore.get().images.map((image) => [image.id, image]));
  const images = stored.map((image) => ({ ...(current.get(image.id) ?? withUrl(image)), favorite: image.favorite }));
  const rest = [...current.values()].filter(({ id }) => unsaved.has(id) && !stored.some((image) => image.id === id));
  galleryStore.set((state) => ({ ...state, loaded: true, images: newestFirst([...images, ...rest]) }));
}

const newestFirst = <T extends ArchivedImage>(images: readonly T[]): readonly T[] =>
  images.toSorted((a, b) => b.created - a.created);

async function listed(from: ImageArchive): Promise<readonly ArchivedImage[]> {
  try {
    return await from.all();
  } catch (error) {
    if (archive === from) refuse(from.problem(error));
    return galleryStore.get().images.toReversed();
  }
}

const refuse = (problem: string) => galleryStore.set((state) => ({ ...state, problem }));

/** Changes the archive; the page goes on without it where that fails. Whether it was changed. */
async function write(change: (archive: ImageArchive) => Promise<void>): Promise<boolean> {
  const to = archive;
  try {
    if (to) await change(to);
    channel?.postMessage("changed");
    return true;
  } catch (error) {
    if (to) refuse(to.problem(error));
    return false;
  }
}

async function save({ url: _, thumbnail: __, ...image }: GalleryImage): Promise<void> {
  if (await write((to) => to.put(image))) unsaved.delete(image.id);
  else unsaved.add(image.id);
  askForUnsaved();
}

/** Adds an image, which is shown at once, before all others even if the clock went back. */
export async function addImage(image: StoredImage, trace?: Trace): Promise<GalleryImage> {
  const older = galleryStore.get().images.filter(({ id }) => id !== image.id); // a list may have brought it already
  const newest = older[0]?.created ?? 0;
  const added = withUrl({ ...image, created: Math.max(image.created, newest + 1) });
  if (trace) remember(image.id, trace);
  galleryStore.set((state) => ({ ...state, images: [added, ...older] }));
  await save(added);
  return added;
}

/** The file of an image, read where it is not there yet. @throws AquatintError. */
export const fileOf = async (image: ArchivedImage): Promise<Blob> => image.png ?? (await readImageOf(image)).png;

/** The file of an image as one still image: of a clip its first frame. @throws AquatintError. */
export async function stillOf(image: ArchivedImage): Promise<Blob> {
  const { png, poster } = image.png ? image : await readImageOf(image);
  return poster ?? png ?? fileOf(image);
}

/** Reads the file of an image, and its exact recipe, so that the page shows it. @throws AquatintError where it is gone. */
export function readImageOf({ id }: Pick<ArchivedImage, "id">): Promise<StoredImage> {
  const from = archive;
  const current = reading.get(id);
  if (current || !from) return current ?? Promise.reject(new Error("there is no gallery"));
  const image = from.read(id);
  reading.set(id, image);
  image
    .then((stored) => {
      if (archive !== from) return;
      const withFile = ({ created, favorite }: GalleryImage) => withUrl({ ...stored, created, favorite });
      galleryStore.set((state) => ({
        ...state,
        images: state.images.map((item) => (item.id === id && !item.url ? withFile(item) : item)),
      }));
    })
    .catch(() => {}) // who reads it says so
    .finally(() => reading.delete(id));
  return image;
}

/** Reads a smaller image for lists, or the file itself where the archive has none. @throws AquatintError where it is gone. */
export async function readThumbnailOf({ id }: Pick<ArchivedImage, "id">): Promise<void> {
  const from = archive;
  const file = await from?.thumbnail?.(id).catch(() => undefined); // the file itself says what went wrong
  if (archive !== from) return;
  if (!file) return void (await readImageOf({ id }));
  const thumbnail = URL.createObjectURL(file);
  galleryStore.set((state) => ({
    ...state,
    images: state.images.map((item) => (item.id === id ? { ...item, thumbnail: item.thumbnail ?? thumbnail } : item)),
  }));
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
  await write((to) => to.mark(id, favorite));
}

/** Images that were deleted, and what brings them back. */
export interface DeletedImages {
  readonly count: number;
  undo(): Promise<void>;
}

/** Deletes images, with those that the archive keeps together with them. */
export async function deleteImages(selection: ReadonlySet<string>): Promise<DeletedImages> {
  const from = archive;
  const ids = from?.withSiblings(selection) ?? selection;
  const deleted = galleryStore.get().images.filter(({ id }) => ids.has(id));
  galleryStore.set((state) => ({ ...state, images: state.images.filter(({ id }) => !ids.has(id)) }));
  await write(async (to) => {
    for (const id of ids) await to.remove(id);
  });
  for (const id of ids) unsaved.delete(id);
  askForUnsaved();
  return {
    count: deleted.length,
    async undo() {
      if (archive !== from) return;
      galleryStore.set((state) => ({ ...state, images: newestFirst([...state.images, ...deleted]) }));
      for (const image of deleted) await save(image);
    },
  };
}
