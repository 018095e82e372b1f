import { engineStore, sayError } from "../engine/engine-store.ts";
import { stemOf } from "../model-files/file-set.ts";
import { libraryStore } from "../models/library.ts";
import type { RestoredSettings } from "../settings/recipe-settings.ts";
import { settingsStore } from "../settings/settings-store.ts";
import { createStore } from "../state/store.ts";
import { say } from "../ui/toasts.tsx";

/** A file that was dropped or opened, and the settings in it. */
export interface DroppedFile {
  readonly file: File;
  readonly url: string;
  readonly restored: RestoredSettings | undefined;
}

/** The file that waits for a decision. */
export const dropStore = createStore<DroppedFile | undefined>(undefined);

/** The page's settings and models, by which texts of images are judged. */
function settingsContext() {
  const engine = engineStore.get();
  const model = engine.status === "ready" ? engine.info : undefined;
  const models = libraryStore.get().items.map(({ name, hash }) => ({ modelName: stemOf(name), modelHash: hash }));
  return { base: settingsStore.get(), model, models };
}

/** Reads a file and asks what it is for. */
export async function receiveFile(file: File): Promise<void> {
  const { fileSettings, isForeign } = await import("../settings/file-settings.ts");
  try {
    const restored = await fileSettings(file, settingsContext());
    if (!restored && !file.type.startsWith("video/")) return receivePlain(file);
    dropStore.set({ file, restored, url: URL.createObjectURL(file) });
  } catch (error) {
    if (isForeign(error) && file.type.startsWith("image/")) return receivePlain(file);
    sayError(error);
  }
}

/** Asks about an image without settings, where the browser can open it: not every one opens HEIC files, and an empty file has an image's name too. */
async function receivePlain(file: File): Promise<void> {
  const url = URL.createObjectURL(file);
  const image = Object.assign(new Image(), { src: url });
  const isOpened = await image.decode().then(
    () => true,
    () => false,
  );
  if (isOpened) return dropStore.set({ file, restored: undefined, url });
  URL.revokeObjectURL(url);
  const text = file.size === 0 ? "is empty" : "is no image that this browser opens";
  say(`${file.name} ${text}`, { detail: "Save it as PNG, JPEG or WebP, and drop that." });
}

/** A prompt with settings below it, as AUTOMATIC1111's web UI, Civitai and Aquatint copy and write them. */
const infotext = /^(Negative prompt:|Steps: \d+,)/m;

/** Takes the settings of a text for the next image, with a way back, and says what of them cannot be restored. @throws AquatintError. */
async function receiveText(text: string): Promise<void> {
  const { textSettings } = await import("../settings/file-settings.ts");
  const context = settingsContext();
  const restored = textSettings({ parameters: text.replaceAll("\r", "") }, { name: "the pasted text", ...context });
  if (!restored) return;
  settingsStore.set(restored.settings);
  const lost = restored.notes.join("; ");
  say("The settings of the pasted text are in use.", {
    detail: lost && `What cannot be restored: ${lost}.`,
    action: { label: "Undo", run: () => settingsStore.set(context.base) },
  });
}

/** Receives the settings or the image of a paste; other text, and text that comes with a picture of it, as from a spreadsheet, belongs to the field that it is pasted in. */
export function receivePaste(event: ClipboardEvent): void {
  const { clipboardData, target } = event;
  const isField = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
  const text = clipboardData?.getData("text/plain") ?? "";
  if (infotext.test(text) && (!isField || target.id === "prompt")) {
    event.preventDefault();
    return void receiveText(text).catch(sayError);
  }
  if (isField && clipboardData?.types.includes("text/plain")) return;
  const image = Array.from(clipboardData?.files ?? []).find(({ type }) => type.startsWith("image/"));
  if (image) void receiveFile(image);
}

/** Puts the file away. */
export function forgetFile(): void {
  const dropped = dropStore.get();
  if (dropped) URL.revokeObjectURL(dropped.url);
  dropStore.set(undefined);
}
