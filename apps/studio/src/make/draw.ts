import { changeView } from "../app/view-store.ts";
import { drawOptions } from "../settings/request.ts";
import { drawSeed, laterSeed, type Settings } from "../settings/settings.ts";
import { changeSettings, settingsStore } from "../settings/settings-store.ts";
import { promptVariant } from "../settings/wildcards.ts";
import { enqueue } from "./queue.ts";
import { sourceStore } from "./source-store.ts";

/** Puts the images of the settings into the queue; a seed that is not locked is drawn anew. */
export function drawImages(): void {
  const settings = settingsStore.get();
  const seed = settings.seedLocked ? settings.seed : drawSeed();
  if (seed !== settings.seed) changeSettings({ seed });
  const { image: init, mask } = sourceStore.get();
  const images = Array.from({ length: settings.count }, (_, i) => imageOf({ ...settings, seed }, i));
  changeView({ view: "make", selected: undefined });
  enqueue(images.map((image) => ({ options: drawOptions(image, { init, mask }) })));
}

/** Image number `index` of the settings: the next seed, and the next choice of the prompt's wildcards. */
const imageOf = (settings: Settings, index: number): Settings => ({
  ...settings,
  prompt: promptVariant(settings.prompt, index),
  negative: promptVariant(settings.negative, index),
  seed: laterSeed(settings.seed, index),
});

/** Makes images of the seeds that follow. */
export function drawVariations(settings: Settings, count: number): void {
  const images = Array.from({ length: count }, (_, i) => imageOf(settings, i + 1));
  changeView({ view: "make", selected: undefined });
  enqueue(images.map((image) => ({ options: drawOptions(image) })));
}
