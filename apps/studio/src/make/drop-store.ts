import { asError, engineStore } from "../engine/engine-store.ts";
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

/** Reads a file and asks what it is for. */
export async function receiveFile(file: File): Promise<void> {
  const engine = engineStore.get();
  const model = engine.status === "ready" ? engine.info : undefined;
  const models = libraryStore.get().items.map(({ name, hash }) => ({ modelName: stemOf(name), modelHash: hash }));
  const { fileSettings, isForeign } = await import("../settings/file-settings.ts");
  try {
    const restored = await fileSettings(file, { base: settingsStore.get(), model, models });
    dropStore.set({ file, restored, url: URL.createObjectURL(file) });
  } catch (error) {
    if (isForeign(error) && file.type.startsWith("image/")) {
      dropStore.set({ file, restored: undefined, url: URL.createObjectURL(file) });
      return;
    }
    const { message, hint } = asError(error);
    say(message, { detail: hint });
  }
}

/** Receives the image of a paste. */
export function receivePaste({ clipboardData }: ClipboardEvent): void {
  const image = Array.from(clipboardData?.files ?? []).find(({ type }) => type.startsWith("image/"));
  if (image) void receiveFile(image);
}

/** Puts the file away. */
export function forgetFile(): void {
  const dropped = dropStore.get();
  if (dropped) URL.revokeObjectURL(dropped.url);
  dropStore.set(undefined);
}
