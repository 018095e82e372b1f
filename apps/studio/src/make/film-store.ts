import type { Image } from "aquatint";
import { openEngine } from "../engine/engine-store.ts";
import type { Trace } from "../engine/protocol.ts";
import { createStore } from "../state/store.ts";

/** What a frame of the filmstrip shows: the noisy latent, or the estimate of the image at that step. */
export type FrameKind = "x" | "x0";

/** The filmstrip of one image. */
export interface FilmState {
  /** The image's id; undefined while the strip is closed. */
  readonly id: string | undefined;
  readonly kind: FrameKind;
  /** The frame on the plate. */
  readonly at: number;
  /** Decoded frames, by kind, in the order of the steps; more come one by one. */
  readonly frames: Readonly<Record<FrameKind, readonly Image[]>>;
}

const closed: FilmState = { id: undefined, kind: "x0", at: 0, frames: { x: [], x0: [] } };

/** The state of the filmstrip. */
export const filmStore = createStore<FilmState>(closed);

/** Closes the strip. */
export const closeFilm = (): void => filmStore.set(closed);

/** Opens the strip of an image and decodes its frames, the shown kind first. */
export async function openFilm(id: string, trace: Trace): Promise<void> {
  filmStore.set({ ...closed, id, at: trace.points.length - 1 });
  const engine = await openEngine();
  for (const kind of ["x0", "x"] as const) {
    for (const point of trace.points) {
      if (filmStore.get().id !== id) return;
      const [frame] = await engine.call("decode", { latents: [point[kind]], shape: point.shape });
      if (frame) filmStore.set((state) => (state.id === id ? withFrame(state, kind, frame) : state));
    }
  }
}

const withFrame = (state: FilmState, kind: FrameKind, frame: Image): FilmState => ({
  ...state,
  frames: { ...state.frames, [kind]: [...state.frames[kind], frame] },
});
