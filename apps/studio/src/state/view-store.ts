import { createStore } from "./store.ts";

/** The views of the page. */
export const views = ["make", "gallery", "grid", "compare"] as const;
/** The name of a view. */
export type View = (typeof views)[number];

/** What the page shows. */
export interface ViewState {
  readonly view: View;
  /** The image on the plate; the newest while undefined. */
  readonly selected: string | undefined;
  readonly isSheetOpen: boolean;
  readonly isMaskOpen: boolean;
  readonly isExtendOpen: boolean;
  /** Images side by side. */
  readonly compared: readonly [left: string | undefined, right: string | undefined];
}

/** The state of the page's views. */
export const viewStore = createStore<ViewState>({
  view: "make",
  selected: undefined,
  isSheetOpen: false,
  isMaskOpen: false,
  isExtendOpen: false,
  compared: [undefined, undefined],
});

/** Changes what is shown. */
export const changeView = (changes: Partial<ViewState>): void => viewStore.set((state) => ({ ...state, ...changes }));
