import { createStore } from "../../../state/store.ts";
import { number, text } from "../../link/codecs.ts";

/** Starts the worker of a figure of this page. */
export const startWorker = () => new Worker(new URL("./video.worker.ts", import.meta.url), { type: "module" });

/** The visitor's motion adapter, as long as this tab is open. */
export const adapterStore = createStore<File | undefined>(undefined);

/** The clip of a figure in the address. */
export const clipCodecs = {
  prompt: text({ initial: "a rocket flying up, blue background", longest: 300 }),
  frames: number({ initial: 8, min: 2, max: 16, step: 1 }),
  steps: number({ initial: 10, min: 1, max: 50, step: 1 }),
  seed: number({ initial: 7, min: 0, max: 9999, step: 1 }),
  frame: number({ initial: 1, min: 1, max: 16, step: 1 }),
};

/** What a figure says while its model is on the way. */
export const OPENING = "The model and its motion adapter are looked for.";
