import { motionSource } from "../clip/motion-store.ts";
import { clipOptions, drawOptions, type Sources } from "../settings/request.ts";
import { drawSeed, laterSeed, type Settings } from "../settings/settings.ts";
import { changeSettings, settingsStore } from "../settings/settings-store.ts";
import { sourceStore } from "../source/source-store.ts";
import { changeView } from "../state/view-store.ts";
import { enqueue, type JobRequest } from "./queue.ts";

/** Puts the images of the settings into the queue; a seed that is not locked is drawn anew. */
export function drawImages(): void {
  const settings = settingsStore.get();
  if (settings.prompt.trim() === "") return;
  const seed = settings.seedLocked ? settings.seed : drawSeed();
  if (seed !== settings.seed) changeSettings({ seed });
  changeView({ view: "make", selected: undefined, isSheetOpen: false });
  enqueue(requests({ ...settings, seed }, settings.count));
}

/** The images that the next one starts from. */
export const currentSources = (): Sources => {
  const { image: init, mask } = sourceStore.get();
  return { init, mask };
};

/** The request of one image or clip. */
export const request = (settings: Settings, sources: Sources): JobRequest =>
  settings.output === "clip"
    ? { options: clipOptions(settings, sources), motion: motionSource() }
    : { options: drawOptions(settings, sources) };

/** The settings of image number `index`: a variation keeps its seed and takes the next of the variation's. */
function numbered(settings: Settings, index: number): Settings {
  const { seed, variationSeed, variationStrength } = settings;
  if (variationStrength > 0) return { ...settings, variationSeed: laterSeed(variationSeed, index) };
  return { ...settings, seed: laterSeed(seed, index) };
}

/** Requests of images with the next seeds and the next choices of the prompt's wildcards. */
const requests = (settings: Settings, count: number, sources: Sources = currentSources()): readonly JobRequest[] =>
  Array.from({ length: count }, (_, index) => request(numbered(settings, index), { ...sources, index }));

/** Images that a press makes. */
const VARIATIONS = 4;

/** Makes four variations of a seed, or where the strength is 0 four images of the seeds that follow. */
export function drawVariations(settings: Settings, strength: number): void {
  changeView({ view: "make", selected: undefined });
  const next = strength > 0 ? { variationSeed: drawSeed() } : { seed: laterSeed(settings.seed, 1) };
  enqueue(requests({ ...settings, ...next, variationStrength: strength }, VARIATIONS, {}));
}
