import { backendStore } from "../backend/backend.ts";
import { asError, sayError } from "../engine/engine-store.ts";
import { stemOf } from "../model-files/file-set.ts";
import type { ModelPrecision } from "../model-files/precision.ts";
import type { FileReport } from "../model-files/report.ts";
import { newId } from "../state/new-id.ts";
import { createStore } from "../state/store.ts";
import { say } from "../ui/toasts.tsx";
import { type DroppedSet, droppedSets, pickedSets } from "./dropped.ts";
import { itemWith, keepItem, rememberHandle, reopenItem } from "./keep.ts";
import {
  addCompanion,
  chooseModel,
  inspectFiles,
  type LibraryItem,
  libraryStore,
  putItem,
  whileOpening,
} from "./library.ts";

/** A model that waits for a decision, or why a file is none. */
export interface ReceivedModel {
  readonly name: string;
  readonly dropped: DroppedSet;
  readonly report?: FileReport | undefined;
  readonly error?: { readonly message: string; readonly hint?: string | undefined } | undefined;
  /** The precision that was chosen; the device's own choice where absent. */
  readonly precision?: ModelPrecision | undefined;
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

/** Files that wait until the visitor has decided about the model before them. */
let waiting: readonly DroppedSet[] = [];

/** Reads what files are: asks about each model in turn, and adds what stands beside one. */
export async function receiveModels(sets: readonly DroppedSet[]): Promise<void> {
  const limit = backendStore.get()?.limits.files;
  if (limit !== undefined) return say(limit, { detail: "To use a file of your own, draw in this tab." });
  waiting = [...waiting, ...sets];
  if (receivedStore.get() === undefined) await receiveNext();
}

/** Receives what is dropped. */
export const dropModels = (items: DataTransferItemList): Promise<void> =>
  said(async () => receiveModels(await droppedSets(items)));

/** Lets the visitor choose files or a folder, and receives them. */
export const pickModels = (kind: "files" | "folder"): Promise<void> =>
  said(async () => receiveModels(await pickedSets(kind)));

async function receiveNext(): Promise<void> {
  const [dropped, ...rest] = waiting;
  waiting = rest;
  if (!dropped) return;
  const { name } = dropped.files;
  receivedStore.set({ name, dropped, isReading: true });
  try {
    const report = await inspectFiles(dropped.files);
    if (!isWaiting(dropped)) return; // the window was closed meanwhile
    if (report.use === "model") return receivedStore.set({ name, dropped, report, isReading: false });
    receivedStore.set(undefined);
    await said(() => addBeside(dropped, report));
  } catch (error) {
    if (!isWaiting(dropped)) return;
    const { message, hint } = asError(error);
    return receivedStore.set({ name, dropped, error: { message, hint }, isReading: false });
  }
  await receiveNext();
}

/** Whether the window still shows these files. */
const isWaiting = (dropped: DroppedSet): boolean => receivedStore.get()?.dropped === dropped;

async function addBeside(dropped: DroppedSet, report: FileReport): Promise<void> {
  const item = await addCompanion(itemFor(dropped, report));
  if (!item) return;
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

/** An entry of the library for files; the one that is there where the same files come again. */
function itemFor({ files, handle, placed }: DroppedSet, report: FileReport): LibraryItem {
  const same = itemWith(files);
  if (same && placed === undefined) return { ...same, files: same.files ?? files };
  const id = placed ?? newId();
  rememberHandle(id, handle);
  const name = freeName(files.name, { id, use: report.use });
  return { ...{ id, report, name }, files: { ...files, name } };
}

/** A name that no other file of the use has: "style (2).safetensors". The word of an embedding may be its name, which stays. */
function freeName(name: string, { id, use }: Pick<LibraryItem, "id"> & Pick<FileReport, "use">): string {
  const items = libraryStore.get().items.filter((item) => item.id !== id && item.report.use === use);
  const stems = new Set(items.map((item) => stemOf(item.name).toLowerCase()));
  const stem = stemOf(name);
  let free = stem;
  for (let i = 2; use !== "embedding" && stems.has(free.toLowerCase()); i++) free = `${stem} (${i})`;
  return free + name.slice(stem.length);
}

/** Chooses the precision of the model that waits. */
export const choosePrecision = (precision: ModelPrecision | undefined): void =>
  receivedStore.set((received) => received && { ...received, precision });

/** Puts the question away, and comes to the files that wait. */
export function forgetModel(): void {
  receivedStore.set(undefined);
  void receiveNext();
}

/** Draws with the model that waits. @throws AquatintError where it cannot be opened. */
export async function takeReceived(): Promise<LibraryItem | undefined> {
  const received = receivedStore.get();
  if (!received?.report) return undefined;
  const item = itemFor(received.dropped, received.report);
  putItem(item);
  receivedStore.set(undefined);
  await switchModel(item.id, received.precision);
  await keepPlaced(received.dropped, item);
  await receiveNext();
  return item;
}

/** Draws with a model of the library, and says where that fails. */
export const switchModel = (id: string | undefined, precision?: ModelPrecision): Promise<void> =>
  said(() =>
    whileOpening(async () => {
      if (id === undefined || libraryStore.get().isRemote || (await reopenItem(id))) await chooseModel(id, precision);
    }),
  );

/** Asks to read a file of an earlier visit. */
export const openAgain = (id: string): Promise<void> => said(async () => void (await reopenItem(id)));

/** Does something with files, and says where that fails. */
const said = (work: () => Promise<void>): Promise<void> => work().catch(sayError);
