import type { GenerationParameters } from "aquatint/pipelines";
import { type DBSchema, openDB } from "idb";

/** An image that is kept, as the browser stores it. */
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

interface Schema extends DBSchema {
  images: { key: string; value: StoredImage; indexes: { created: number } };
}

/** Where images are kept. */
export interface ImageDatabase {
  all(): Promise<readonly StoredImage[]>;
  put(image: StoredImage): Promise<void>;
  /** Marks an image or not; one that another tab deleted stays deleted. */
  mark(id: string, favorite: boolean): Promise<void>;
  remove(id: string): Promise<void>;
}

/** The browser's own database. @throws where the browser keeps nothing. */
export async function openDatabase(): Promise<ImageDatabase> {
  const database = await openDB<Schema>("aquatint-gallery", 1, {
    upgrade(db) {
      db.createObjectStore("images", { keyPath: "id" }).createIndex("created", "created");
    },
  });
  return {
    all: () => database.getAllFromIndex("images", "created"),
    put: async (image) => void (await database.put("images", image)),
    async mark(id, favorite) {
      const { store, done } = database.transaction("images", "readwrite");
      const image = await store.get(id);
      if (image) await store.put({ ...image, favorite });
      await done;
    },
    remove: (id) => database.delete("images", id),
  };
}
