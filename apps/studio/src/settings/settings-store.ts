import { readLocal, writeLocal } from "../state/local.ts";
import { createStore } from "../state/store.ts";
import { initialSettings, parseSettings, type Settings } from "./settings.ts";
import { settingsOfLink } from "./share.ts";

const KEY = "aquatint-settings";

/** What the last visit left, under what a link brings. */
function firstSettings(): Settings {
  const linked = settingsOfLink(location.hash);
  if (linked) {
    writeLocal(KEY, JSON.stringify(linked)); // a reload finds the address without them
    history.replaceState(null, "", location.pathname + location.search);
    return linked;
  }
  return parseSettings(readLocal(KEY) ?? "") ?? initialSettings;
}

/** The settings of the next image. */
export const settingsStore = createStore<Settings>(firstSettings());

settingsStore.subscribe(() => writeLocal(KEY, JSON.stringify(settingsStore.get())));

/** Changes some settings. */
export const changeSettings = (changes: Partial<Settings>): void =>
  settingsStore.set((settings) => ({ ...settings, ...changes }));
