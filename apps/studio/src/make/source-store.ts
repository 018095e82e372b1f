import type { Image } from "aquatint";
import { createStore } from "../state/store.ts";

/** The image that the next one starts from, and what of it is painted. */
export interface SourceState {
  readonly image: Image | undefined;
  readonly name: string;
  /** White where to paint. */
  readonly mask: Image | undefined;
}

/** The state of the source. */
export const sourceStore = createStore<SourceState>({ image: undefined, name: "", mask: undefined });

/** Starts from another image, or from noise again. */
export const changeSource = (image: Image | undefined, name = ""): void =>
  sourceStore.set({ image, name, mask: undefined });
