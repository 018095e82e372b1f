import type { Image } from "aquatint";
import { createStore } from "../state/store.ts";

/** The image that a ControlNet follows, and how closely. */
export interface Control {
  readonly image: Image | undefined;
  /** Address of the file, to show it. */
  readonly url: string | undefined;
  readonly scale: number;
}

/** The image that the ControlNet follows. */
export const controlStore = createStore<Control>({ image: undefined, url: undefined, scale: 1 });
