import type { Image } from "aquatint";
import { createStore } from "../state/store.ts";
import { readTab, writeTab } from "../state/tab-store.ts";
import type { Margins } from "./extend.ts";

/** A canvas that was extended. */
export interface Extension {
  /** The image before. */
  readonly original: Image;
  readonly margins: Margins;
  readonly overlap: number;
  /** White where the canvas is new. */
  readonly mask: Image;
}

/** The image that the next one starts from, and what of it is made anew. */
export interface SourceState {
  readonly image: Image | undefined;
  readonly name: string;
  /** White where to paint. */
  readonly mask: Image | undefined;
  readonly extension?: Extension | undefined;
}

/** The state of the source. */
export const sourceStore = createStore<SourceState>({ image: undefined, name: "", mask: undefined });

/** Starts from another image, or from noise again. */
export const changeSource = (image: Image | undefined, name = ""): void =>
  sourceStore.set({ image, name, mask: undefined });

/** Keeps the image, its mask and its canvas for a page that is loaded again. */
export async function followSource(): Promise<void> {
  const last = await readTab<SourceState>("source");
  if (last && !sourceStore.get().image) sourceStore.set(last);
  sourceStore.subscribe(() => void writeTab("source", sourceStore.get()));
}
