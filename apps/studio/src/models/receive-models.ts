import { asError } from "../engine/engine-store.ts";
import type { FileReport } from "../model-files/report.ts";
import { createStore } from "../state/store.ts";
import { say } from "../ui/toasts.tsx";
import type { DroppedSet } from "./dropped.ts";
import { keepItem, rememberHandle, reopenItem } from "./keep.ts";
import { addCompanion, chooseModel, inspectFiles, type LibraryItem, putItem, whileOpening } from "./library.ts";

/** A model that waits for a decision, or why a file is none. */
export interface ReceivedModel {
  readonly name: string;
  readonly dropped: DroppedSet;
  readonly report?: FileReport | undefined;
  readonly error?: { readonly message: string; readonly hint?: string | undefined } | undefined;
  /** True while its headers are read. */
  readonly isReading: boolean;
}

/** The model that waits for a decision. */
export const receivedStore = createStore<ReceivedModel | undefined>(undefined);

const names = {
  lora: "LoRA",
  embedding: "embedding",
  vae: "autoencoder",
  controlnet: "ControlNet",
} as const satisfies Partial<Record<FileReport["use"], string>>;

/** Reads what files are: asks about a model, and adds what stands beside one. */
export async function receiveModels(sets: readonly DroppedSet[]): Promise<void> {
  for (const dropped of sets) {
    const { name } = dropped.files;
    receivedStore.set({ name, dropped, isReading: true });
    try {
      const report = await inspectFiles(dropped.files);
      if (report.use === "model") {
        receivedStore.set({ name, dropped, report, isReading: false });
        return; // one decision at a time
      }
      receivedStore.set(undefined);
      await addBeside(dropped, report);
    } catch (error) {
      const { message, hint } = asError(error);
      receivedStore.set({ name, dropped, error: { message, hint }, isReading: false });
      return;
    }
  }
}

async function addBeside(dropped: DroppedSet, report: FileReport): Promise<void> {
  const item = await addCompanion(itemFor(dropped, report));
  await keepPlaced(dropped, item);
  const use = report.use === "model" ? "" : names[report.use];
  if (item.misfit === undefined) say(`${item.name} added: ${articleOf(use)} ${use}`, { detail: adviceOf(report) });
  else
    say(`${item.name} does not fit this model`, {
      detail: `${item.misfit}. It is listed with the models that it fits.`,
    });
}

const articleOf = (noun: string): string => (/^[aeiou]/.test(noun) ? "an" : "a");

function adviceOf({ use, words }: FileReport): string | undefined {
  if (use === "embedding") return `Write ${words[0]} in the prompt.`;
  if (use === "controlnet") return "Choose the image that it follows, in the settings.";
  return words.length > 0 ? `Its words: ${words.slice(0, 4).join(", ")}.` : undefined;
}

/** Lists what lies in the browser's store already for the next visit. */
async function keepPlaced({ placed }: DroppedSet, item: LibraryItem): Promise<void> {
  if (placed !== undefined) await keepItem(item, { isPlaced: true });
}

let last = 0;

/** An entry of the library for files. */
function itemFor({ files, handle, placed }: DroppedSet, report: FileReport): LibraryItem {
  const id = placed ?? crypto.randomUUID?.() ?? `${Date.now()}-${++last}`;
  rememberHandle(id, handle);
  return { ...{ id, report, files }, name: files.name };
}

/** Puts the question away. */
export const forgetModel = (): void => receivedStore.set(undefined);

/** Draws with the model that waits. @throws AquatintError where it cannot be opened. */
export async function takeReceived(): Promise<LibraryItem | undefined> {
  const received = receivedStore.get();
  if (!received?.report) return undefined;
  const item = itemFor(received.dropped, received.report);
  putItem(item);
  forgetModel();
  await switchModel(item.id);
  await keepPlaced(received.dropped, item);
  return item;
}

/** Draws with a model of the library, and says where that fails. */
export const switchModel = (id: string | undefined): Promise<void> =>
  said(() =>
    whileOpening(async () => {
      if (id === undefined || (await reopenItem(id))) await chooseModel(id);
    }),
  );

/** Asks to read a file of an earlier visit. */
export const openAgain = (id: string): Promise<void> => said(async () => void (await reopenItem(id)));

/** Does something with files, and says where that fails. */
async function said(work: () => Promise<void>): Promise<void> {
  await work().catch((error: unknown) => {
    const { message, hint } = asError(error);
    say(message, { detail: hint });
  });
}
