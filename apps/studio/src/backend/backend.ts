import type { ImageArchive } from "../gallery/gallery-database.ts";
import { createStore, useStore } from "../state/store.ts";
import type { DrawingBackend } from "./drawing.ts";

/** What a backend may be unable to do. */
export const abilities = ["film", "feather", "clip", "files", "tokens", "memory"] as const;
/** The name of what a backend may be unable to do. */
export type Ability = (typeof abilities)[number];

/** For what a backend cannot do, a sentence that says so. */
export type Limits = Readonly<Partial<Record<Ability, string>>>;

/** Where images are made and kept. */
export interface Backend {
  readonly id: "tab" | "server";
  readonly drawing: DrawingBackend;
  /** Undefined while nobody is signed in. */
  readonly archive: ImageArchive | undefined;
  readonly limits: Limits;
  /** Where images are made, for a page without images. */
  readonly welcome: string;
  /** Where images are kept, for an empty gallery. */
  readonly keeping: string;
}

/** The backend that the page uses; undefined until the page has chosen one. */
export const backendStore = createStore<Backend | undefined>(undefined);

/** The backend that the page uses. */
export function currentBackend(): Backend {
  const backend = backendStore.get();
  if (backend) return backend;
  throw new Error("no backend was chosen");
}

/** Why the page's backend cannot do something, in a sentence; undefined where it can. */
export const useLimit = (ability: Ability): string | undefined =>
  useStore(backendStore, (backend) => backend?.limits[ability]);
