import type { GalleryImage } from "../gallery/gallery-store.ts";
import { currentSources } from "../make/draw.ts";
import { enqueue } from "../make/queue.ts";
import { drawOptions } from "../settings/request.ts";
import { settingsStore } from "../settings/settings-store.ts";
import { createStore } from "../state/store.ts";
import { type AxisValues, withValue } from "./axes.ts";

/** A grid of images: columns along X, rows along Y. */
export interface GridState {
  readonly x: AxisValues | undefined;
  readonly y: AxisValues | undefined;
  /** Images by "column,row". */
  readonly cells: ReadonlyMap<string, GalleryImage>;
}

/** The state of the grid that was drawn last. */
export const gridStore = createStore<GridState>({ x: undefined, y: undefined, cells: new Map() });

/** Images that a grid may have. */
export const MAX_CELLS = 100;

/** Draws every pair of values with the present settings and one seed. */
export function drawGrid(x: AxisValues, y: AxisValues): void {
  const settings = settingsStore.get();
  const sources = currentSources();
  const cells = new Map<string, GalleryImage>();
  gridStore.set({ x, y, cells });
  const jobs = y.values.flatMap((row, j) =>
    x.values.map((column, i) => ({
      options: drawOptions(withValue(withValue(settings, y, row), x, column), sources),
      onImage: (image: GalleryImage) =>
        gridStore.set((state) =>
          state.x === x ? { ...state, cells: new Map(state.cells).set(`${i},${j}`, image) } : state,
        ),
    })),
  );
  enqueue(jobs);
}
