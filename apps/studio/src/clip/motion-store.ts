import type { AquatintError } from "aquatint";
import { asError, openEngine } from "../engine/engine-store.ts";
import type { MotionInfo, MotionSource } from "../engine/protocol.ts";
import { createStore } from "../state/store.ts";

/** How the motion adapter stands. */
export type MotionState =
  | { readonly status: "unknown" | "opening" }
  | { readonly status: "ready"; readonly info: MotionInfo }
  | { readonly status: "missing"; readonly error: AquatintError };

/** The state of the motion adapter: the host's until the visitor opens another. */
export const motionStore = createStore<MotionState>({ status: "unknown" });

let file: File | undefined;

/** Where the adapter is. */
export const motionSource = (): MotionSource => ({ base: new URL("motion/", document.baseURI).href, file });

/** Loads the host's adapter, or one of a file. */
export async function openMotion(adapter?: File): Promise<void> {
  file = adapter;
  motionStore.set({ status: "opening" });
  try {
    const engine = await openEngine();
    motionStore.set({ status: "ready", info: await engine.call("motion", motionSource()) });
  } catch (error) {
    motionStore.set({ status: "missing", error: asError(error) });
  }
}
