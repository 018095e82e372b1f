import type { Image } from "aquatint";
import { openEngine } from "../engine/engine-store.ts";
import { fileOf, galleryStore } from "../gallery/gallery-store.ts";
import { createStore } from "../state/store.ts";

/** The clip on the plate. */
export interface PlayerState {
  readonly id: string | undefined;
  /** None until they are decoded. */
  readonly frames: readonly Image[];
  readonly fps: number;
  readonly at: number;
  readonly isPlaying: boolean;
}

const closed: PlayerState = { id: undefined, frames: [], fps: 8, at: 0, isPlaying: false };

/** The state of the player. */
export const playerStore = createStore<PlayerState>(closed);

/** Decodes a clip and plays it, where the visitor has not asked for less motion. */
export async function openClip(id: string): Promise<void> {
  const clip = galleryStore.get().images.find((image) => image.id === id);
  if (!clip || playerStore.get().id === id) return;
  playerStore.set({ ...closed, id });
  const engine = await openEngine();
  const { frames, fps } = await engine.call("frames", { png: await fileOf(clip) });
  const isPlaying = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  playerStore.set((state) => (state.id === id ? { ...state, frames, fps, isPlaying } : state));
}

/** Shows a frame; playing stops. */
export const showFrame = (at: number): void => playerStore.set((state) => ({ ...state, at, isPlaying: false }));

/** Plays or stops. */
export const togglePlaying = (): void => playerStore.set((state) => ({ ...state, isPlaying: !state.isPlaying }));

/** Shows the next frame, the first after the last. */
export const nextFrame = (): void =>
  playerStore.set((state) =>
    state.frames.length === 0 ? state : { ...state, at: (state.at + 1) % state.frames.length },
  );
