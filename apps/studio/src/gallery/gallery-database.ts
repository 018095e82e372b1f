import { AquatintError } from "aquatint";
import type { GenerationParameters } from "aquatint/pipelines";
import { type DBSchema, openDB } from "idb";

/** An image that is kept, with its file. */
export interface StoredImage {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly recipe: GenerationParameters;
  /** Of a clip an animated file. */
  readonly png: Blob;
  /** The first frame of a clip. */
  readonly poster?: Blob | undefined;
  readonly favorite: boolean;
}

/** An image as an archive lists it: its file may have to be read, and its recipe may be shorter until then. */
export type ArchivedImage = Omit<StoredImage, "png"> & { readonly png?: Blob | undefined };

/** Where images are kept. */
export interface ImageArchive {
  /** Every image, the oldest first. */
  all(): Promise<readonly ArchivedImage[]>;
  /** An image with its file. @throws AquatintError where it is gone. */
  read(id: string): Promise<StoredImage>;
  /** A smaller image of a file that is not read yet; absent where files are near. */
  thumbnail?(id: string): Promise<Blob>;
  put(image: ArchivedImage): Promise<void>;
  /** Marks an image or not; one that another tab deleted stays deleted. */
  mark(id: string, favorite: boolean): Promise<void>;
  remove(id: string): Promise<void>;
  /** All images that are removed together with these. */
  withSiblings(ids: ReadonlySet<string>): ReadonlySet<string>;
  /** An error as a sentence on what it means for the images. */
  problem(error: unknown): string;
}

interface Schema extends DBSchema {
  images: { key: string; value: StoredImage; indexes: { created: number } };
}

/** The browser's own database; its calls throw where the browser keeps nothing. */
export function browserArchive(): ImageArchive {
  let opening: ReturnType<typeof openImages> | undefined;
  const database = () => {
    opening ??= openImages();
    return opening;
  };
  return {
    all: async () => (await database()).getAllFromIndex("images", "created"),
    async read(id) {
      const image = await (await database()).get("images", id);
      if (image) return image;
      throw new AquatintError("studio/no-image", "the image is not in the gallery any more", {
        hint: "another tab may have deleted it",
      });
    },
    async put({ png, ...image }) {
      if (png) await (await database()).put("images", { ...image, png });
    },
    async mark(id, favorite) {
      const { store, done } = (await database()).transaction("images", "readwrite");
      const image = await store.get(id);
      if (image) await store.put({ ...image, favorite });
      await done;
    },
    remove: async (id) => (await database()).delete("images", id),
    withSiblings: (ids) => ids,
    problem: (error) =>
      error instanceof DOMException && error.name === "QuotaExceededError"
        ? "The browser's storage is full. New images are lost when the page closes: delete some, or download them."
        : "This browser keeps no images here. Download those that you want to keep.",
  };
}

const openImages = () =>
  openDB<Schema>("aquatint-gallery", 1, {
    upgrade(db) {
      db.createObjectStore("images", { keyPath: "id" }).createIndex("created", "created");
    },
  });
