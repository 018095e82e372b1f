import { drawOptions, type Sources } from "../settings/request.ts";
import { drawSeed, laterSeed, type Settings } from "../settings/settings.ts";
import { changeSettings, settingsStore } from "../settings/settings-store.ts";
import { changeView } from "../state/view-store.ts";
import { enqueue } from "./queue.ts";
import { sourceStore } from "./source-store.ts";

/** Puts the images of the settings into the queue; a seed that is not locked is drawn anew. */
export function drawImages(): void {
  const settings = settingsStore.get();
  const seed = settings.seedLocked ? settings.seed : drawSeed();
  if (seed !== settings.seed) changeSettings({ seed });
  const { image: init, mask } = sourceStore.get();
  changeView({ view: "make", selected: undefined });
  enqueue(requests({ ...settings, seed }, { count: settings.count, sources: { init, mask } }));
}

/** Requests of images with the next seeds and the next choices of the prompt's wildcards. */
const requests = (
  settings: Settings,
  { count, sources = {} }: { readonly count: number; readonly sources?: Sources },
) =>
  Array.from({ length: count }, (_, index) => ({
    options: drawOptions({ ...settings, seed: laterSeed(settings.seed, index) }, { ...sources, index }),
  }));

/** Makes images of the seeds that follow. */
export function drawVariations(settings: Settings, count: number): void {
  changeView({ view: "make", selected: undefined });
  enqueue(requests({ ...settings, seed: laterSeed(settings.seed, 1) }, { count }));
}
