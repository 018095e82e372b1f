import type { ImageArchive } from "../gallery/gallery-database.ts";
import { createStore, useStore } from "../state/store.ts";
import type { DrawingPlace } from "./drawing.ts";

/** What a place may be unable to do. */
export const abilities = ["film", "feather", "clip", "files", "tokens", "memory"] as const;
/** The name of what a place may be unable to do. */
export type Ability = (typeof abilities)[number];

/** For what a place cannot do, a sentence that says so. */
export type Limits = Readonly<Partial<Record<Ability, string>>>;

/** Where images are made and kept. */
export interface Place {
  readonly id: "tab" | "server";
  readonly drawing: DrawingPlace;
  readonly archive: ImageArchive;
  readonly limits: Limits;
  /** Where images are made, for a page without images. */
  readonly welcome: string;
  /** Where images are kept, for an empty gallery. */
  readonly keeping: string;
}

/** The place that the page uses; undefined until the page has chosen one. */
export const placeStore = createStore<Place | undefined>(undefined);

/** The place that the page uses. */
export function currentPlace(): Place {
  const place = placeStore.get();
  if (place) return place;
  throw new Error("no place was chosen");
}

/** Why the page's place cannot do something, in a sentence; undefined where it can. */
export const useLimit = (ability: Ability): string | undefined =>
  useStore(placeStore, (place) => place?.limits[ability]);
