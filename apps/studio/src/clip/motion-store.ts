import type { AquatintError } from "aquatint";
import { asError, engineStore, openEngine } from "../engine/engine-store.ts";
import type { ModelProgress } from "../engine/hosted/model-files.ts";
import type { MotionInfo, MotionSource } from "../engine/protocol.ts";
import { createStore } from "../state/store.ts";

/** How the motion adapter stands. */
export type MotionState =
  | { readonly status: "unknown" }
  | { readonly status: "opening"; readonly progress?: ModelProgress | undefined }
  | { readonly status: "ready"; readonly info: MotionInfo }
  | { readonly status: "missing"; readonly error: AquatintError };

/** The state of the motion adapter: the host's until the visitor opens another. */
export const motionStore = createStore<MotionState>({ status: "unknown" });

let file: File | undefined;

/** The model that the adapter was opened for. */
let model: string | undefined;
engineStore.subscribe(() => {
  const state = engineStore.get();
  if (state.status !== "ready" || state.info.modelName === model) return;
  model = state.info.modelName;
  if (motionStore.get().status !== "opening") motionStore.set({ status: "unknown" }); // it may not fit another one
});

/** Where the adapter is. */
export const motionSource = (): MotionSource => ({ base: new URL("motion/", document.baseURI).href, file });

/** Loads the adapter of a file; without one that of the last file, or else the host's. */
export async function openMotion(adapter = file): Promise<void> {
  file = adapter;
  motionStore.set({ status: "opening" });
  try {
    const engine = await openEngine();
    const info = await engine.call("motion", motionSource(), {
      onEvent: (event) => event.type === "model" && motionStore.set({ status: "opening", progress: event.progress }),
    });
    motionStore.set({ status: "ready", info });
  } catch (error) {
    motionStore.set({ status: "missing", error: asError(error) });
  }
}
