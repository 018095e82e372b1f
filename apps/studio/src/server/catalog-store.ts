import { createStore } from "../state/store.ts";

/** The files that the server has, by their kinds. */
export interface Catalog {
  readonly files: Readonly<Record<"model" | "lora" | "embedding" | "controlnet" | "vae" | "motion", readonly string[]>>;
}

/** What an account may use before anything is known. */
export const noCatalog: Catalog = {
  files: { model: [], lora: [], embedding: [], controlnet: [], vae: [], motion: [] },
};

/** The files of the server. */
export const catalogStore = createStore<Catalog>(noCatalog);
